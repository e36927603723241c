import type { Box } from '../film.ts';

/** Cells on a side of the grid that is laid over a film: the fewest that tell three zones and two sides apart. */
export const GRID_SIDE = 4;
export const CELLS = GRID_SIDE * GRID_SIDE;

const ROWS = 'ABCD';

/** Where a cell is, in 0..1 of the film. Cells count row by row from the picture's top left. */
export const cellBox = (cell: number): Box => {
  const column = cell % GRID_SIDE;
  const row = Math.floor(cell / GRID_SIDE);
  return [column / GRID_SIDE, row / GRID_SIDE, (column + 1) / GRID_SIDE, (row + 1) / GRID_SIDE];
};

/** "A1" is at the picture's top left, "D4" at its bottom right. */
export const cellName = (cell: number): string =>
  `${ROWS[Math.floor(cell / GRID_SIDE)] ?? '?'}${(cell % GRID_SIDE) + 1}`;

/** undefined: it is no cell's name. */
export const cellNamed = (name: string): number | undefined => {
  const found = /^([a-d])([1-4])$/i.exec(name.trim());
  if (found === null) return undefined;
  return ROWS.indexOf((found[1] ?? '').toUpperCase()) * GRID_SIDE + Number(found[2]) - 1;
};

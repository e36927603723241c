import { element } from './element.js';

/** "(1)" or "(1, 2)": where a box of that number is on the picture. */
const NUMBERS = /\((\d{1,3}(?:, \d{1,3})*)\)/g;

/** How many colours the boxes have before they come again; page.css has the same ones. */
const COLOURS = 6;

const mark = (number) => {
  const marked = element('b', { className: 'number', textContent: number });
  marked.dataset.colour = String(((Number(number) - 1) % COLOURS) + 1);
  return marked;
};

/** An answer as nodes, with the numbers of its boxes marked in the boxes' colours. */
export const numberedText = (text, boxes) => {
  const known = new Set(boxes.map((box) => String(box.number)));
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(NUMBERS)) {
    const numbers = match[1].split(', ');
    if (!numbers.every((number) => known.has(number))) continue;
    nodes.push(text.slice(from, match.index));
    for (const number of numbers) nodes.push(mark(number), ' ');
    nodes.pop();
    from = match.index + match[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
};

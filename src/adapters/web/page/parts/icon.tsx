/** Drawn for this page, on a grid of 20. */
const PATHS = {
  plus: 'M10 4v12M4 10h12',
  minus: 'M4 10h12',
  fit: 'M4 8V4h4M12 4h4v4M16 12v4h-4M8 16H4v-4',
  move: 'M10 2.5v15M2.5 10h15M7.5 5 10 2.5 12.5 5M7.5 15l2.5 2.5 2.5-2.5M5 7.5 2.5 10 5 12.5M15 7.5l2.5 2.5-2.5 2.5',
  window: 'M10 3a7 7 0 1 0 0 14ZM10 3a7 7 0 0 1 0 14',
  invert: 'M4 4h12v12H4ZM4 16 16 4M10.5 13.5h3',
  reset: 'M4 10a6 6 0 1 0 2-4.5M4 3.5V7h3.5',
  boxes: 'M3.5 6.5v-3h3M13.5 3.5h3v3M16.5 13.5v3h-3M6.5 16.5h-3v-3M7.5 7.5h5v5h-5Z',
  download: 'M10 3v9M6 8.5l4 4 4-4M4 16.5h12',
  copy: 'M7 7h9v9H7ZM4 13V4h9',
  check: 'm4 10.5 4 4 8-9',
  cross: 'm5 5 10 10M15 5 5 15',
  target: 'M10 3v3M10 14v3M3 10h3M14 10h3M10 7.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5',
  threads: 'M3 5h14M3 10h14M3 15h9',
  sun: 'M10 6.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7M10 2v2M10 16v2M2 10h2M16 10h2M4.3 4.3l1.4 1.4M14.3 14.3l1.4 1.4M4.3 15.7l1.4-1.4M14.3 5.7l1.4-1.4',
  moon: 'M16.5 12A7 7 0 0 1 8 3.5a7 7 0 1 0 8.5 8.5',
  keys: 'M2.5 5.5h15v9h-15ZM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7',
  attach:
    'm15.5 9.500-5.800 5.800a3.500 3.500 0 0 1-5-5l6.300-6.300a2.300 2.300 0 0 1 3.300 3.300l-6.200 6.200a1.200 1.200 0 0 1-1.700-1.700l5.300-5.300',
  send: 'M10 16V4M5 9l5-5 5 5',
  stop: 'M6 6h8v8H6Z',
  trash: 'M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6',
  film: 'M5 2.5h10v15H5ZM10 5v8M8 7c-1.2 1.8-1.7 4-1.6 6 1 0 2-.3 2.6-.8M12 7c1.2 1.8 1.7 4 1.6 6-1 0-2-.3-2.6-.8',
  again: 'M16 10a6 6 0 1 1-2-4.5M16 3.5V7h-3.5',
} as const;

export type IconName = keyof typeof PATHS;

/** Beside words, or in a button that has a name: nobody needs to hear it. */
export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg class="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
    <path d={PATHS[name]} />
  </svg>
);

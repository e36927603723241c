import { element } from './element.js';

/** "(1)" or "(1, 2)": where a box of that number is on the picture. */
const NUMBERS = /\((\d{1,3}(?:, \d{1,3})*)\)/g;

/** An answer as nodes, with the numbers of its boxes marked. `boxes` holds the numbers that there are. */
export const numberedText = (text, boxes) => {
  const known = new Set(boxes.map((box) => String(box.number)));
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(NUMBERS)) {
    if (!match[1].split(', ').every((number) => known.has(number))) continue;
    nodes.push(text.slice(from, match.index));
    nodes.push(element('b', { className: 'number', textContent: match[1] }));
    from = match.index + match[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
};

/**
 * Whether a label names a structure or device of the midline: its box may lie on either side of it and means nothing
 * by that. Read from the label's head: "nodule behind the heart" is a nodule.
 */
export const hasNoSide = (label: string): boolean => MIDLINE.test(headOf(label));

/** Not "of": "tip of the endotracheal tube" is of the tube. */
const BEHIND_HEAD =
  /\s(?:in|at|on|over|overlying|behind|near|along|adjacent|beside|within|under|below|above|with|obscuring|abutting|projecting|against|and its)\s.*$/i;

const headOf = (label: string): string => ` ${label}`.replace(BEHIND_HEAD, '');

const MIDLINE = new RegExp(
  String.raw`\b(?:${[
    // Heart and great vessels. A heart border is on one side.
    String.raw`heart(?! borders?\b)`,
    'cardiac(?! borders?)',
    'cardiomegaly',
    String.raw`cardiomediastin\w*`,
    String.raw`ventric\w*`,
    String.raw`atri(?:um|a|al)`,
    String.raw`aort\w*`,
    'superior vena cava',
    'svc',
    'cavoatrial junction',
    String.raw`pericardi\w*`,
    // The rest of the midline.
    String.raw`mediastin\w*`,
    String.raw`pneumomediastin\w*`,
    'trachea',
    'tracheal',
    'carina',
    String.raw`o?esophag\w*`,
    'hiatal hernia',
    'hiatus hernia',
    'thymus',
    'spine',
    String.raw`vertebra\w*`,
    String.raw`scoliosis|kyphosis`,
    'sternum',
    String.raw`sternotom\w*|sternal wires?`,
    'abdomen',
    // Tubes and lines start on one side and end on the other. A chest tube or pleural drain stays on its own.
    String.raw`endotracheal|nasogastric|orogastric|enteric|feeding|tracheostomy`,
    'ett|et tube|ng tube|og tube|dobhoff|breathing tube',
    String.raw`(?:central|venous|picc|jugular|subclavian|dialysis|swan[- ]ganz|arterial)(?: \w+)* (?:catheters?|lines?)`,
    'picc|cvc|central lines?|port-a-cath|portacath',
    'tubes and lines|lines and tubes',
  ].join('|')})\b`,
  'i',
);

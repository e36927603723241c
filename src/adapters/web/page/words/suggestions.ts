import type { NumberedBox } from '../../../../core/film.ts';

/** What a suggestion is made from: the last question and its reply. */
export type LastSaid = {
  readonly asked: string;
  readonly text: string;
  readonly boxes: readonly NumberedBox[];
};

/** Everything that Wetread can be asked fits none of them; they show what kinds of question there are. */
const FIRST: readonly string[] = [
  'Is there a pleural effusion?',
  'Where is the heart?',
  'Is the heart enlarged?',
];
const MOST = 3;

/** Questions that may well come next; undefined: nothing was said about the film yet. */
export const suggestionsAfter = (last: LastSaid | undefined): readonly string[] => {
  if (last === undefined) return FIRST;
  const asked = last.asked.toLowerCase();
  const [box] = last.boxes;
  const isLocated = last.boxes.length > 0;
  const next = [
    ...(/^is there|^are there/.test(asked) && /^yes/i.test(last.text) && !isLocated
      ? ['Where is it?']
      : []),
    ...(box === undefined || asked.startsWith('zoom') ? [] : [`Zoom on box ${box.number}.`]),
    ...(box?.side === 'right' && /\bright\b/.test(asked)
      ? [last.asked.replace(/\bright\b/i, 'left')]
      : []),
    ...(box?.side === 'left' && /\bleft\b/.test(asked)
      ? [last.asked.replace(/\bleft\b/i, 'right')]
      : []),
    ...FIRST,
  ];
  return [...new Set(next)].filter((words) => words.toLowerCase() !== asked).slice(0, MOST);
};

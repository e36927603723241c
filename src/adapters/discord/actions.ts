import type { TurnId } from '../../core/conversation.ts';

/** What buttons are called between Discord and us. */
export const ACTIONS = {
  stop: 'stop',
  choose: 'choose',
  /** Shows a question to whoever asked alone; `more`: their id. */
  show: 'show',
  report: 'report',
  abnormalities: 'abnormalities',
  zoom: 'zoom',
  box: 'box',
  forget: 'forget',
  right: 'right',
  wrongFinding: 'wrong-finding',
  wrongPlace: 'wrong-place',
  /** Of a message that another one follows: cannot be pressed. */
  page: 'page',
} as const;

const PREFIX = 'wetread';

export type PressedAction = {
  readonly action: string;
  readonly turn: TurnId;
  readonly part: number;
  /** What more the button says: a choice's code, how many boxes there are. */
  readonly more: string;
};

/**
 * A component's id, at most 100 characters: what it does, and the part of a reply that it hangs on. Every message of a
 * reply carries one, so that one that was posted and not stored is found again.
 */
export const customId = (action: string, turn: TurnId, part: number, more = ''): string =>
  [PREFIX, action, turn, part, ...(more === '' ? [] : [more])].join(':');

/** undefined: it is no component of a reply. */
export const readCustomId = (id: string): PressedAction | undefined => {
  const [prefix, action = '', turn = '', part = '', ...more] = id.split(':');
  if (prefix !== PREFIX || !/^[0-9a-f]{64}$/.test(turn) || !/^\d{1,4}$/.test(part))
    return undefined;
  return { action, turn, part: Number(part), more: more.join(':') };
};

/** The message menu's "Teaching case": nothing of the film is read where learners see it. */
export const QUIZ_MENU = 'Make a teaching case';

/** The message menu's "Read this X-ray". */
export const READ_MENU = 'Read this X-ray';

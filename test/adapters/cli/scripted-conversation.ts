import type { Conversation, Message } from '../../../src/core/conversation.ts';
import type { Reply, ReplyEvent } from '../../../src/core/reply.ts';

/** What a turn says: its events, or a function of the message that may wait. */
export type TurnScript =
  | readonly ReplyEvent[]
  | ((message: Message, stopped: AbortSignal) => AsyncIterable<ReplyEvent>);

export type ScriptedConversation = Conversation & {
  readonly messages: readonly Message[];
  readonly choices: readonly { readonly turn: string; readonly code: string }[];
  /** What the command line said of its replies, in order. */
  readonly reports: readonly string[];
};

/** A conversation whose turns are written down beforehand, in the order in which they are asked for. */
export const scriptedConversation = (turns: readonly TurnScript[]): ScriptedConversation => {
  const messages: Message[] = [];
  const choices: { turn: string; code: string }[] = [];
  const reports: string[] = [];
  const stops = new Map<string, AbortController>();
  const takeTurn = (): string => {
    const turn = String(stops.size);
    stops.set(turn, new AbortController());
    return turn;
  };
  return {
    messages,
    choices,
    reports,
    take: async (message) => {
      messages.push(message);
      for (const attachment of message.attachments)
        await attachment.fetch(new AbortController().signal);
      return takeTurn();
    },
    async *events(turn) {
      const script = turns[Number(turn)];
      const message = messages.at(-1);
      const stop = stops.get(turn);
      if (script === undefined || message === undefined || stop === undefined)
        throw new Error('nothing is scripted for this turn');
      yield* typeof script === 'function' ? script(message, stop.signal) : script;
    },
    choose: async (turn, code) => {
      choices.push({ turn, code });
      return takeTurn();
    },
    stop: async (turn) => stops.get(turn)?.abort(),
    film: async () => undefined,
    filmReferences: async () => [],
    forget: async () => undefined,
    begun: async (turn, part) => void reports.push(`begun ${turn} part ${part}`),
    delivered: async (turn) => void reports.push(`delivered ${turn}`),
    takenDown: async () => undefined,
    async *unfinished() {},
    edited: async () => undefined,
    deleted: async () => undefined,
    feedback: async () => undefined,
    close: async () => undefined,
  };
};

export const reply = (over: Partial<Reply> = {}): Reply => ({
  question: 'Describe the film.',
  text: 'The heart is enlarged (1).',
  raw: 'The heart is enlarged [0.2, 0.5, 0.8, 0.9].',
  boxes: [],
  notices: [],
  annotated: null,
  exchange: null,
  usage: { promptTokens: 900, cachedTokens: 0, completionTokens: 12 },
  finishReason: 'stop',
  ...over,
});

const picture = { png: Buffer.from('annotated'), width: 64, height: 80, altText: 'One box.' };

/** A whole turn: the demo's notice, phases, words in two pieces, a picture, a notice, the end. */
export const ANSWER: readonly ReplyEvent[] = [
  { type: 'notice', code: 'demo-model', text: 'This is a demonstration model.' },
  { type: 'status', phase: 'queued', place: 2 },
  { type: 'status', phase: 'reading', done: 100, total: 900 },
  { type: 'status', phase: 'reading', done: 900, total: 900 },
  { type: 'status', phase: 'answering' },
  { type: 'text-delta', text: 'The heart is ' },
  { type: 'text-delta', text: 'enlarged (1).' },
  { type: 'status', phase: 'drawing' },
  { type: 'image', ...picture },
  { type: 'notice', code: 'legend', text: 'A box is where the model looks, not proof.' },
  {
    type: 'end',
    reply: reply({
      annotated: picture,
      boxes: [
        {
          number: 1,
          label: 'heart',
          box: [0.2, 0.5, 0.8, 0.9],
          pixels: [12, 40, 51, 72],
          side: null,
          sentence: 'The heart is enlarged (1).',
        },
      ],
    }),
  },
];

/** The film is upside down: the turn ends in a question. */
export const QUESTION: readonly ReplyEvent[] = [
  {
    type: 'choices',
    private: false,
    question: 'The film seems to be upside down.',
    refused: false,
    options: [
      { code: 'turn', text: 'Turn it and read' },
      { code: 'as-is', text: 'Read it as it is' },
    ],
    picture: null,
  },
];

/** The film has a name on it: its masked film is to be confirmed. */
export const MASK_QUESTION: readonly ReplyEvent[] = [
  {
    type: 'choices',
    private: true,
    question: 'Text was masked. Shall I read it?',
    refused: false,
    options: [{ code: 'masked', text: 'Nothing is left, read it' }],
    picture: { ...picture, png: Buffer.from('masked') },
  },
];

export const failure = (code: string, message: string): readonly ReplyEvent[] => [
  { type: 'error', code, message, retryable: false },
];

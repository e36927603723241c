import { describe, expect, test } from 'vitest';
import { replay, toStoredEnding, type EndingEvent } from '../../../src/core/conversation/ending.ts';
import { ownReply } from '../../../src/core/conversation/own-reply.ts';
import { TurnLog } from '../../../src/core/conversation/turn-log.ts';
import type { Picture, ReplyEvent } from '../../../src/core/reply.ts';

const picture: Picture = { png: new Uint8Array([1]), width: 2, height: 3, altText: 'a film' };
const notice = (code: string): ReplyEvent => ({ type: 'notice', code, text: code });

/** What listeners of the stored ending hear, after it went through JSON. */
const heardAgain = (before: readonly ReplyEvent[], event: EndingEvent, png?: Uint8Array) => {
  const log = new TurnLog();
  for (const earlier of before) log.add(earlier);
  const stored = JSON.stringify(toStoredEnding(event, log, undefined, 0));
  return replay(JSON.parse(stored) as ReturnType<typeof toStoredEnding>, png);
};

describe('an ending that was stored is said again', () => {
  const notices = [
    { code: 'demo-model', text: 'demo-model' },
    { code: 'legend', text: 'legend' },
  ];
  const end: EndingEvent = {
    type: 'end',
    reply: { ...ownReply('Q', 'It is here.'), notices, annotated: picture },
  };
  const before: ReplyEvent[] = [
    notice('demo-model'),
    { type: 'status', phase: 'answering' },
    { type: 'text-delta', text: 'It is ' },
    { type: 'text-delta', text: 'here.' },
    { type: 'image', ...picture },
    notice('legend'),
  ];

  test('a reply with its notices where they were, before and after the words', () => {
    expect(heardAgain(before, end, picture.png)).toEqual([
      notice('demo-model'),
      { type: 'text-delta', text: 'It is here.' },
      { type: 'image', ...picture },
      notice('legend'),
      end,
    ]);
  });

  test('a reply without its picture, once that is past its time', () => {
    const again = heardAgain(before, end);
    expect(again.map(({ type }) => type)).toEqual(['notice', 'text-delta', 'notice', 'end']);
    expect(again.at(-1)).toMatchObject({ reply: { annotated: null } });
  });

  test('a question with the picture that it is about', () => {
    const event: EndingEvent = {
      type: 'choices',
      private: false,
      question: 'Turn it?',
      refused: false,
      options: [{ code: 'turn', text: 'Turn it' }],
      picture,
    };
    expect(heardAgain([], event, picture.png)).toEqual([event]);
  });

  test('an error with what had been said until then', () => {
    const event: EndingEvent = { type: 'error', code: 'c', message: 'm', retryable: true };
    const said: ReplyEvent = { type: 'text-delta', text: 'The heart' };
    expect(heardAgain([said], event)).toEqual([said, event]);
  });
});

import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { WetreadError } from '../src/errors.ts';
import { createLogger } from '../src/log.ts';

const PATIENT = 'Jane Example 1.1.1970';

const logged = (write: (logger: ReturnType<typeof createLogger>) => void): string => {
  const lines: string[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk));
      done();
    },
  });
  write(createLogger('trace', destination));
  return lines.join('');
};

test('a line is one JSON object', () => {
  const line = logged((logger) => logger.info({ turn: 't1', durationMs: 12 }, 'turn answered'));
  expect(JSON.parse(line)).toMatchObject({ turn: 't1', durationMs: 12, msg: 'turn answered' });
  expect(line.trim().split('\n')).toHaveLength(1);
});

test.each([
  ['text', { text: PATIENT }],
  ['a question', { request: { question: PATIENT } }],
  ['an answer inside', { turn: { reply: { answer: PATIENT } } }],
  ['a file name', { file: PATIENT, upload: { fileName: PATIENT } }],
  ['an exception', { err: new Error(PATIENT) }],
  [
    'an exception with a cause',
    { err: new WetreadError('stopped', {}, { cause: new Error(PATIENT) }) },
  ],
  ['a key', { apiKey: PATIENT, headers: { authorization: PATIENT } }],
])('%s never reaches the log', (_what, fields) => {
  expect(logged((logger) => logger.error(fields, 'failed'))).not.toContain('Example');
});

test('a bare exception is logged by its type and place, without its words', () => {
  const line = logged((logger) => logger.error(new RangeError(PATIENT)));
  expect(line).not.toContain('Example');
  expect(JSON.parse(line)).toMatchObject({ err: { type: 'RangeError' } });
});

test('an error of the table is logged by its code', () => {
  const line = logged((logger) => logger.warn({ err: new WetreadError('queue-full') }, 'refused'));
  expect(JSON.parse(line)).toMatchObject({ err: { code: 'queue-full' } });
});

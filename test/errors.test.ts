import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { renderErrorDocs } from '../scripts/error-docs.ts';
import { ERRORS, toWetreadError, WetreadError } from '../src/errors.ts';

test('docs/errors.md is what the table says (else: npm run docs)', async () => {
  expect(await readFile('docs/errors.md', 'utf8')).toBe(renderErrorDocs());
});

test.each(Object.entries(ERRORS))(
  '%s is said in a sentence or two with nothing undefined',
  (_code, { say }) => {
    const facts = new Proxy(
      {},
      { get: (_target, fact) => (fact === 'problem' ? 'Give one film.' : 7) },
    );
    const sentence = (say as (facts: unknown) => string)(facts);
    expect(sentence).toMatch(/^[A-Z7].*[.…]$/s);
    expect(sentence).not.toMatch(/undefined|null|NaN|Error:|\bexception\b/);
    expect(sentence.length).toBeLessThan(220);
  },
);

test('an error builds its sentence from facts and keeps the cause out of it', () => {
  const error = new WetreadError(
    'port-taken',
    { port: 8080 },
    { cause: new Error('EADDRINUSE secret') },
  );
  expect(error.message).toContain('8080');
  expect(error.message).not.toContain('secret');
  expect([error.kind, error.retryable]).toEqual(['setting', false]);
});

test('what is not from the table is masked, with a number to find it by', () => {
  const masked = toWetreadError(new TypeError('cannot read John Smith'), 'k3f9');
  expect(masked.code).toBe('internal');
  expect(masked.message).toContain('k3f9');
  expect(masked.message).not.toContain('John Smith');
  expect(toWetreadError(new WetreadError('stopped'), 'x').code).toBe('stopped');
});

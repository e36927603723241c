import { expect, test } from 'vitest';
import { findSecrets } from '../bench/privacy-proof/searched.ts';

const SECRET = 'Qxabcdefgh';
const foundIn = (content: Buffer) =>
  findSecrets(new Map([['there', [Buffer.concat([Buffer.from('xy'), content])]]]), [SECRET]);

const WAYS: readonly (readonly [how: string, content: Buffer])[] = [
  ['as it is', Buffer.from(`a ${SECRET} b`)],
  ['in capitals', Buffer.from(SECRET.toUpperCase())],
  ['in UTF-16', Buffer.from(SECRET, 'utf16le')],
  ...[0, 1, 2].map((offset): [string, Buffer] => [
    `in Base64, ${offset} bytes into a group`,
    Buffer.from(Buffer.from(`${'.'.repeat(offset)}${SECRET}, and more`).toString('base64')),
  ]),
];

test.each(WAYS)('an identifier is found %s', (_how, content) => {
  expect(foundIn(content)).toEqual([`${SECRET} in there`]);
});

test('nothing is found where nothing is', () => {
  expect(foundIn(Buffer.from('Qxabcdefg h'))).toEqual([]);
});

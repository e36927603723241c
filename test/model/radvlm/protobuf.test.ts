import { expect, test } from 'vitest';
import { ProtobufWriter } from '../../../src/model/radvlm/protobuf.ts';

const hex = (writer: ProtobufWriter) => Buffer.from(writer.finish()).toString('hex');

// The first two are the examples of https://protobuf.dev/programming-guides/encoding/.
test.each([
  ['an integer of two bytes', new ProtobufWriter().integer(1, 150), '089601'],
  ['a text', new ProtobufWriter().text(2, 'testing'), '120774657374696e67'],
  [
    'a negative integer, in ten bytes',
    new ProtobufWriter().integer(1, -2),
    '08feffffffffffffffff01',
  ],
  ['an integer beyond 32 bits', new ProtobufWriter().integer(1, 2 ** 40), '08808080808020'],
  ['zero', new ProtobufWriter().integer(3, 0), '1800'],
  ['a float', new ProtobufWriter().float(2, 1), '150000803f'],
  ['a field beyond 15', new ProtobufWriter().integer(20, 1), 'a00101'],
  [
    'a message in a message',
    new ProtobufWriter().message(3, new ProtobufWriter().integer(1, 150)),
    '1a03089601',
  ],
])('%s', (_, writer, bytes) => {
  expect(hex(writer)).toBe(bytes);
});

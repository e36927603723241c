import { describe, expect, test } from 'vitest';
import { HEART } from '../../support/conversation-stage.ts';
import { createReader } from '../../support/scripted-reader.ts';
import {
  ANSWERS,
  deliver,
  film,
  message,
  open,
  openWaiting,
  take,
  upload,
} from '../../support/test-conversation.ts';

const bytes = (name: string) => new TextEncoder().encode(name);

describe('the film of a turn', () => {
  test('is the one that its reply is about, whoever brought it', async () => {
    const conversation = await open(createReader(ANSWERS));
    const turns: string[] = [];
    for (const said of [
      message(HEART, [film('one')]),
      message(HEART),
      message(HEART, [film('two')]),
      message('film 1: How is the heart?'),
    ]) {
      turns.push(await take(conversation, said));
      await deliver(conversation, turns.at(-1)!);
    }
    const films = await Promise.all(turns.map((turn) => conversation.film(turn)));
    expect(films.map((shown) => shown && new TextDecoder().decode(shown.png))).toEqual([
      'one',
      'one',
      'two',
      'one',
    ]);
    expect(films[0]?.sha256).toBe(films[1]?.sha256);
  });

  test('is there before the answer, when it came with the turn', async () => {
    const { conversation, turn } = await openWaiting();
    expect((await conversation.film(turn))?.png).toEqual(bytes('one'));
    const next = await take(conversation, message(HEART, [upload('two')]));
    expect((await conversation.film(next))?.png).toEqual(bytes('two'));
  });

  test('is the one that is asked about, when the reply is a question', async () => {
    const conversation = await open(createReader(ANSWERS));
    const turn = await take(conversation, message(HEART, [film('odd one')]));
    await deliver(conversation, turn);
    expect((await conversation.film(turn))?.png).toEqual(bytes('odd one'));
  });

  test('is not there for a turn without one, nor for one that is unknown or forgotten', async () => {
    const conversation = await open(createReader(ANSWERS));
    const without = await take(conversation, message('help'));
    await deliver(conversation, without);
    expect(await conversation.film(without)).toBeUndefined();
    await expect(conversation.film('no such turn')).rejects.toMatchObject({ code: 'turn-unknown' });
    const said = message(HEART, [film('one')]);
    const turn = await take(conversation, said);
    await deliver(conversation, turn);
    await conversation.forget(said);
    await expect(conversation.film(turn)).rejects.toMatchObject({ code: 'turn-unknown' });
  });
});

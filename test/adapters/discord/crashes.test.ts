import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepare, ROOT } from '../../../scripts/prepare.mjs';
import { startServer } from '../../main/start-server.ts';
import { delta, done, finish, stream, type Behaviour } from '../../support/endpoint-server.ts';
import { startDiscord, type Discord } from '../../support/discord/discord.ts';
import type { ShownMessage } from '../../support/discord/shown.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

/** Each starts a program twice, which takes a second on a quiet machine. */
const A_BUSY_MACHINE_MS = 180_000;

/** A real chest film, so that the real intake takes it. */
const FILM = 'assets/films/hannover-bd10d5e2-pa.png';

/** The pieces of an answer that is drawn on the film. */
const PIECES = ['The heart', ' is', ' at', ' [0.30,', ' 0.40,', ' 0.70,', ' 0.80].'];
const ANSWER = /The heart is at \(1\)\.$/;
const answer: Behaviour = stream([...PIECES.map(delta), finish(), done]);

const openDiscord = async (): Promise<Discord> => {
  const discord = await startDiscord();
  onTestFinished(() => discord.close());
  return discord;
};

/** The program with Discord switched on. */
const startWithDiscord = (discord: Discord, completions = answer) =>
  startServer(
    {
      DISCORD_BOT_TOKEN: discord.token,
      DISCORD_API_URL: discord.apiUrl,
      MODEL_PROFILE: 'demo',
    },
    undefined,
    completions,
  );

const untilConnected = (discord: Discord, times: number): Promise<unknown> =>
  discord.until('it is connected', () => discord.gateway.identified >= times, 30_000);

const ask = async (discord: Discord): Promise<string> => {
  const channel = discord.channel('teaching');
  const films = [{ bytes: await readFile(FILM) }];
  const by = discord.user('resident');
  const text = `${discord.mention} Show me the heart in words.`;
  return discord.post({ by, channel, text, films });
};

/** What the thread of the case shows in the end. */
const shownInTheEnd = async (
  discord: Discord,
  message: string,
): Promise<readonly ShownMessage[]> => {
  const thread = await discord.until(
    'a thread',
    () => discord.threadOf(message) || undefined,
    A_BUSY_MACHINE_MS / 2,
  );
  await discord.until(
    'a whole reply',
    () => discord.replies(thread).some(({ pictures }) => pictures.length > 0),
    A_BUSY_MACHINE_MS / 2,
  );
  // What would come twice has come by then.
  await sleep(1_000);
  return discord.replies(thread);
};

/** One reply, whole: its words and its picture, and nothing else. */
const ONE_REPLY = [
  expect.objectContaining({
    words: expect.stringMatching(ANSWER) as unknown,
    pictures: [expect.anything()],
  }) as unknown,
];

/** Calls after which the program dies: done by Discord, and never answered. */
const LAST_CALLS = [
  'POST /channels/:channel/messages/:message/threads',
  'POST /channels/:channel/messages',
] as const;

describe('a program that is killed', { timeout: A_BUSY_MACHINE_MS }, () => {
  test.each(LAST_CALLS)(
    'when %s was done and not answered shows one reply, whole',
    async (call) => {
      const discord = await openDiscord();
      const { program, start } = await startWithDiscord(discord);
      await untilConnected(discord, 1);
      discord.fault(call, { kind: 'slow', ms: A_BUSY_MACHINE_MS });
      const message = await ask(discord);
      await discord.until(call, () => discord.faultsLeft(call) === 0, 30_000);
      program.signal('SIGKILL');
      await program.exitCode;
      start();
      expect(await shownInTheEnd(discord, message)).toEqual(ONE_REPLY);
    },
  );

  test('when the last edit was done and not answered shows one reply, whole', async () => {
    const discord = await openDiscord();
    const call = 'PATCH /channels/:channel/messages/:message';
    const { program, start, endpoint } = await startWithDiscord(
      discord,
      stream(PIECES.slice(0, 3).map(delta), 'hang'),
    );
    await untilConnected(discord, 1);
    const message = await ask(discord);
    const thread = await discord.until(
      'a thread',
      () => discord.threadOf(message) || undefined,
      30_000,
    );
    await discord.until('a draft', () => discord.replies(thread).length > 0, 30_000);
    discord.fault(call, { kind: 'slow', ms: A_BUSY_MACHINE_MS });
    const [draft] = discord.replies(thread);
    discord.press(discord.user('resident'), draft?.id ?? '', 'Stop');
    await discord.until(call, () => discord.faultsLeft(call) === 0, 30_000);
    program.signal('SIGKILL');
    await program.exitCode;
    endpoint.behave(answer);
    start();
    await untilConnected(discord, 2);
    await discord.until(
      'an end',
      () => discord.replies(thread).every(({ buttons }) => buttons[0]?.label !== 'Stop'),
      A_BUSY_MACHINE_MS / 2,
    );
    expect(discord.replies(thread)).toEqual([
      expect.objectContaining({ words: expect.stringMatching(/Stopped\.$/) as unknown }),
    ]);
  });

  test.each([
    ['before the model says anything', 0],
    ['while the model speaks', 3],
  ])('%s shows one reply, whole', async (_, pieces) => {
    const discord = await openDiscord();
    const { program, start, endpoint } = await startWithDiscord(
      discord,
      stream(PIECES.slice(0, pieces).map(delta), 'hang'),
    );
    await untilConnected(discord, 1);
    const message = await ask(discord);
    const isSpeaking = (): boolean =>
      pieces === 0
        ? endpoint.completions.length > 0
        : discord.replies(discord.threadOf(message)).length > 0;
    await discord.until('it is at work', isSpeaking, 30_000);
    program.signal('SIGKILL');
    await program.exitCode;
    endpoint.behave(answer);
    start();
    expect(await shownInTheEnd(discord, message)).toEqual(ONE_REPLY);
  });

  test('after a command was answered shows one reply, whole, in its place', async () => {
    const discord = await openDiscord();
    const { program, start, endpoint } = await startWithDiscord(discord);
    await untilConnected(discord, 1);
    const message = await ask(discord);
    await shownInTheEnd(discord, message);
    const thread = discord.threadOf(message);
    endpoint.behave(stream([], 'hang'));
    const by = discord.user('student');
    discord.command(by, thread, 'read', { question: 'Show me the heart in words again.' });
    await discord.until('an answer', () => discord.replies(thread).length === 2, 30_000);
    program.signal('SIGKILL');
    await program.exitCode;
    endpoint.behave(answer);
    start();
    await discord.until(
      'a whole reply',
      () => discord.replies(thread)[1]?.words.match(ANSWER) !== null,
      A_BUSY_MACHINE_MS / 2,
    );
    expect(discord.replies(thread)).toHaveLength(2);
  });
});

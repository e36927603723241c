import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepare, ROOT } from '../../../scripts/prepare.mjs';
import { addressOf, askAsThePage, eventsAsThePage, startServer } from '../../main/start-server.ts';
import { delta, finish, done, stream, type Behaviour } from '../../support/endpoint-server.ts';
import { namedFilm } from '../../support/named-film.ts';
import { startSlack, type Slack } from '../../support/slack/slack.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

/** Each starts a program twice, which takes a second on a quiet machine. */
const A_BUSY_MACHINE_MS = 90_000;

/** A real chest film, so that the real intake takes it. */
const FILM = 'assets/films/hannover-bd10d5e2-pa.png';

/** The pieces of an answer that is drawn on the film. */
const PIECES = ['The heart', ' is', ' at', ' [0.30,', ' 0.40,', ' 0.70,', ' 0.80].'];

const openSlack = async (streaming = true): Promise<Slack> => {
  const slack = await startSlack({ acknowledgeMs: 2_000, retryMs: [0, 1_000, 3_000], streaming });
  onTestFinished(() => slack.close());
  return slack;
};

const answer: Behaviour = stream([...PIECES.map(delta), finish(), done]);

/** The program with Slack switched on. */
const startWithSlack = (slack: Slack, completions = answer) =>
  startServer(
    {
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
      MODEL_PROFILE: 'demo',
    },
    undefined,
    completions,
  );

const ask = async (slack: Slack, film?: Uint8Array) => {
  const channel = slack.channel('chest');
  const films = [{ bytes: film ?? (await readFile(FILM)) }];
  const by = slack.user('resident');
  const text = `${slack.mention} Show me the heart in words.`;
  return { channel, thread: slack.post({ by, channel, text, films }) };
};

/** One reply, whole, in order: its words, then its picture, and nothing else. */
const ONE_REPLY = [expect.stringMatching(/The heart is at \(1\)\.$/) as unknown, 'picture'];

/** What the thread shows in the end. */
const shownInTheEnd = async (
  slack: Slack,
  channel: string,
  thread: string,
): Promise<readonly string[]> => {
  const shown = () => slack.replies(channel, thread);
  const isWhole = () =>
    shown().some(({ pictures }) => pictures.length > 0) &&
    shown().every(({ streaming }) => !streaming);
  await slack.until('a whole reply', isWhole, 60_000);
  return shown().map(({ pictures, words }) => (pictures.length > 0 ? 'picture' : words));
};

/** Calls after which the program dies: done by Slack, and never answered. */
const LAST_CALLS = [
  // before it is journalled
  'users.info',
  'chat.startStream',
  'chat.stopStream',
  'files.getUploadURLExternal',
  'upload',
  'files.completeUploadExternal',
] as const;
/** Where words are not streamed. */
const LAST_PLAIN_CALLS = ['chat.postMessage', 'chat.update'] as const;

describe('a program that is killed', { timeout: A_BUSY_MACHINE_MS }, () => {
  test.each([...LAST_CALLS, ...LAST_PLAIN_CALLS])(
    'when %s was done and not answered shows one reply, whole, in order',
    async (method) => {
      const slack = await openSlack(LAST_PLAIN_CALLS.every((plain) => plain !== method));
      const { program, start } = await startWithSlack(slack);
      await slack.until('it is connected', () => slack.sockets.open > 0, 30_000);
      slack.fault(method, { kind: 'slow', ms: A_BUSY_MACHINE_MS });
      const { channel, thread } = await ask(slack);
      await slack.until(method, () => slack.faultsLeft(method) === 0, 30_000);
      program.signal('SIGKILL');
      await program.exitCode;
      start();
      expect(await shownInTheEnd(slack, channel, thread)).toEqual(ONE_REPLY);
    },
  );

  test('while it asks in private asks once, with the masked film', async () => {
    const slack = await openSlack();
    const { program, start, endpoint } = await startWithSlack(slack);
    await slack.until('it is connected', () => slack.sockets.open > 0, 30_000);
    const direct = slack.direct(slack.user('resident'));
    const method = 'files.getUploadURLExternal';
    slack.fault(method, { kind: 'slow', ms: A_BUSY_MACHINE_MS });
    await ask(slack, await namedFilm());
    await slack.until(method, () => slack.faultsLeft(method) === 0, 60_000);
    program.signal('SIGKILL');
    await program.exitCode;
    start();
    const asked = () => slack.shown(direct).filter(({ buttons }) => buttons.length > 0);
    await slack.until('the buttons', () => asked().length > 0, 60_000);
    expect(slack.shown(direct).flatMap(({ pictures }) => pictures)).toHaveLength(1);
    expect(asked()).toHaveLength(1);
    expect(endpoint.completions).toEqual([]);
  });

  test.each([
    ['before the model says anything', 0],
    ['while the model speaks', 3],
  ])('%s shows one reply, whole, in order', async (_, pieces) => {
    const slack = await openSlack();
    const { program, start, endpoint } = await startWithSlack(
      slack,
      stream(PIECES.slice(0, pieces).map(delta), 'hang'),
    );
    await slack.until('it is connected', () => slack.sockets.open > 0, 30_000);
    const { channel, thread } = await ask(slack);
    const isSpeaking = (): boolean =>
      pieces === 0 ? endpoint.completions.length > 0 : slack.replies(channel, thread).length > 0;
    await slack.until('it is at work', isSpeaking, 30_000);
    program.signal('SIGKILL');
    await program.exitCode;
    endpoint.behave(answer);
    start();
    expect(await shownInTheEnd(slack, channel, thread)).toEqual(ONE_REPLY);
  });

  test('while it takes down what is to be forgotten leaves nothing of it', async () => {
    const slack = await openSlack();
    const { program, start } = await startWithSlack(slack);
    await slack.until('it is connected', () => slack.sockets.open > 0, 30_000);
    const { channel, thread } = await ask(slack);
    expect(await shownInTheEnd(slack, channel, thread)).toEqual(ONE_REPLY);
    slack.fault('chat.delete', { kind: 'slow', ms: A_BUSY_MACHINE_MS });
    const by = slack.user('resident');
    slack.post({ by, channel, thread, text: `${slack.mention} forget` });
    await slack.until('it deletes', () => slack.faultsLeft('chat.delete') === 0, 30_000);
    program.signal('SIGKILL');
    await program.exitCode;
    start();
    await slack.until('no file of ours', () => slack.ownFiles.length === 0, 60_000);
    await slack.until('one word', () => slack.replies(channel, thread).length === 1, 60_000);
    expect(slack.replies(channel, thread)[0]?.text).toMatch(/forgotten/);
  });

  test('leaves its questions to a program with its model, not to the demonstration that is kept out', async () => {
    const slack = await openSlack();
    const { program, start, endpoint } = await startWithSlack(slack, stream([], 'hang'));
    await slack.until('it is connected', () => slack.sockets.open > 0, 30_000);
    const { channel, thread } = await ask(slack);
    await slack.until('it is at work', () => endpoint.completions.length > 0, 30_000);
    program.signal('SIGKILL');
    await program.exitCode;
    const demo = start({ MODEL_URL: '' });
    const url = await addressOf(demo);
    // Long enough for what was left: it would have been begun first.
    await eventsAsThePage(url, await askAsThePage(url));
    demo.signal('SIGTERM');
    await demo.exitCode;
    endpoint.behave(answer);
    start();
    expect(await shownInTheEnd(slack, channel, thread)).toEqual(ONE_REPLY);
    expect(slack.replies(channel, thread).map(({ text }) => text)).not.toContainEqual(
      expect.stringMatching(/demonstration/),
    );
  });
});

import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { prepare, ROOT } from '../../scripts/prepare.mjs';
import { startSlack, type Slack, type SlackOptions } from '../support/slack/slack.ts';
import { emptyFolder, startProgram } from './start-program.ts';
import { addressOf, SERVE } from './start-server.ts';

// so that no command under test has to build, and says that it does
beforeAll(() => prepare(ROOT, () => undefined));

const A_BUSY_MACHINE_MS = 120_000;

const open = async (options?: SlackOptions): Promise<Slack> => {
  const slack = await startSlack(options);
  onTestFinished(() => slack.close());
  return slack;
};

/** The settings of a server or a command that is to join this Slack, with the demo checkpoint. */
const settingsFor = async (slack: Slack): Promise<Record<string, string>> => ({
  DATA_DIR: await emptyFolder(),
  PORT: '0',
  DEMO_IN_CHAT: 'on',
  SLACK_API_URL: slack.apiUrl,
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
});

/** Posts a sample film with a question; its thread. */
const ask = async (
  slack: Slack,
): Promise<{ readonly channel: string; readonly thread: string }> => {
  const files = (await readdir('assets/films')).filter((file) => file.endsWith('.png'));
  const bytes = await readFile(join('assets/films', files.toSorted()[0] ?? ''));
  const channel = slack.channel('chest');
  const by = slack.user('resident');
  const text = `${slack.mention} Where is the right lung?`;
  return { channel, thread: slack.post({ by, channel, text, films: [{ bytes }] }) };
};

/** Resolves to what was said and drawn. */
const untilAnswered = async (slack: Slack): Promise<string> => {
  const { channel, thread } = await ask(slack);
  const replies = (): ReturnType<Slack['replies']> => slack.replies(channel, thread);
  await slack.until(
    'a picture',
    () => replies().some(({ pictures }) => pictures.length > 0),
    60_000,
  );
  const [words, picture] = replies();
  return `${words?.text} ${picture?.pictures[0]?.altText}`;
};

/** The demo says that it is one, names what was asked for, and draws it. */
const ANSWER = /demonstration model.*right lung.*right lung/s;

describe('a server that joins Slack', { timeout: A_BUSY_MACHINE_MS }, () => {
  test('answers with the demo checkpoint over a socket, and ends with 0 when told to', async () => {
    const slack = await open();
    const program = startProgram(SERVE, await settingsFor(slack));
    const url = await addressOf(program);
    expect(await untilAnswered(slack)).toMatch(ANSWER);
    expect(await (await fetch(`${url}ready`)).json()).toMatchObject({
      connections: { web: 'connected', slack: 'connected' },
    });
    program.signal('SIGTERM');
    expect(await program.exitCode).toBe(0);
  });

  test('answers what Slack calls it with, where there is a signing secret and no app token', async () => {
    const slack = await open();
    const { SLACK_APP_TOKEN: _left, ...settings } = await settingsFor(slack);
    const program = startProgram(SERVE, { ...settings, SLACK_SIGNING_SECRET: slack.signingSecret });
    slack.sendEventsTo(`${await addressOf(program)}slack/events`);
    expect(await untilAnswered(slack)).toMatch(ANSWER);
  });

  test.each(['invalid_auth', 'account_inactive', 'internal_error'])(
    'goes on with the page when Slack says %s, and says why',
    async (error) => {
      const slack = await open();
      slack.fault('auth.test', { kind: 'error', error }, 1_000);
      const program = startProgram(SERVE, await settingsFor(slack));
      const url = await addressOf(program);
      expect((await fetch(`${url}web/about`)).status).toBe(200);
      await slack.until('a log line', () => program.errors().includes(error), 30_000);
      const known = error === 'internal_error' ? /cannot be reached/ : /SLACK_BOT_TOKEN/;
      expect(program.errors()).toMatch(known);
      expect(program.errors()).not.toContain(slack.botToken);
    },
  );

  test('leaves the demonstration model out of Slack unless it is told', async () => {
    const slack = await open();
    const program = startProgram(SERVE, { ...(await settingsFor(slack)), DEMO_IN_CHAT: '' });
    await addressOf(program);
    expect(program.errors()).toMatch(/DEMO_IN_CHAT=on/);
    expect(slack.calls).toEqual([]);
  });

  test.each([
    ['SLACK_APP_TOKEN', 'set SLACK_APP_TOKEN'],
    ['SLACK_BOT_TOKEN', 'SLACK_BOT_TOKEN is not set'],
  ])('goes on with the page without %s, and says what is missing', async (name, sentence) => {
    const slack = await open();
    const program = startProgram(SERVE, { ...(await settingsFor(slack)), [name]: '' });
    const url = await addressOf(program);
    expect((await fetch(`${url}web/about`)).status).toBe(200);
    expect(program.errors()).toContain(sentence);
  });

  test('names a scope that is missing, and goes on', async () => {
    const slack = await open({ scopes: ['chat:write', 'users:read', 'files:read'] });
    const program = startProgram(SERVE, await settingsFor(slack));
    const url = await addressOf(program);
    await slack.until('a log line', () => program.errors().includes('lacks the scope'), 30_000);
    expect(program.errors()).toMatch(/lacks the scope [^"]*files:write.*install the app again/);
    expect((await fetch(`${url}web/about`)).status).toBe(200);
  });
});

describe('wetread doctor', { timeout: A_BUSY_MACHINE_MS }, () => {
  const examine = async (
    slack: Slack,
    settings: Readonly<Record<string, string>> = {},
  ): Promise<{ code: number | null; found: string }> => {
    const args = [resolve('bin/wetread.mjs'), 'doctor', '--json'];
    const program = startProgram(args, { ...(await settingsFor(slack)), ...settings });
    const code = await program.exitCode;
    return { code, found: program.output() };
  };

  test('is content with an app that was made from the manifest', async () => {
    const { code, found } = await examine(await open());
    expect(found).toMatch(/SLACK_BOT_TOKEN is of workspace T/);
    expect(code).toBe(0);
  });

  test('names the scope that is missing', async () => {
    const { code, found } = await examine(await open({ scopes: ['chat:write'] }));
    expect(found).toMatch(/lacks the scope [^"]*files:read/);
    expect(found).toMatch(/install the app again/);
    expect(code).not.toBe(0);
  });

  test.each([
    ['auth.test', 'invalid_auth', /SLACK_BOT_TOKEN/],
    ['apps.connections.open', 'invalid_auth', /SLACK_APP_TOKEN/],
    ['apps.connections.open', 'missing_scope', /app-level token[^"]*connections:write/],
    ['apps.connections.open', 'socket_mode_not_enabled', /SLACK_APP_TOKEN[^"]*/],
  ])('says which token it is when %s answers %s', async (method, error, named) => {
    const slack = await open();
    slack.fault(method, { kind: 'error', error }, 1_000);
    const { code, found } = await examine(slack);
    expect(found).toMatch(named);
    expect(code).not.toBe(0);
  });

  test('says that the app is not installed any more', async () => {
    const { code, found } = await examine(await open({ installed: 'account_inactive' }));
    expect(found).toMatch(/SLACK_BOT_TOKEN \(account_inactive\)[^}]*still installed/);
    expect(code).not.toBe(0);
  });

  test.each([
    ['SLACK_BOT_TOKEN is not set', { SLACK_BOT_TOKEN: '' }],
    ['set SLACK_APP_TOKEN, or SLACK_SIGNING_SECRET', { SLACK_APP_TOKEN: '' }],
    ['SLACK_BOT_TOKEN must be a bot token', { SLACK_BOT_TOKEN: 'xapp-in-the-wrong-place' }],
  ])('says what is missing or in the wrong place: %s', async (sentence, settings) => {
    const { code, found } = await examine(await open(), settings);
    expect(found).toContain(sentence);
    expect(found).not.toContain('xapp-in-the-wrong-place');
    expect(code).not.toBe(0);
  });
});

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { COMMAND, READ_SHORTCUT } from '../../../src/adapters/slack/actions.ts';
import {
  APP_SCOPE,
  FREE_EVENTS,
  FREE_METHODS,
  SCOPES,
} from '../../../src/adapters/slack/requirements.ts';

const FOLDER = 'src/adapters/slack';
/** A method's name, as it is written where it is called. */
const METHOD =
  /'((?:agents|assistant|auth|chat|conversations|files|reactions|users|views)\.[A-Za-z.]+)'/g;
/** Socket Mode's own, with the app-level token, which the manifest does not ask for. */
const APP_METHOD = 'apps.connections.open';

const manifest = JSON.parse(await readFile('examples/slack-manifest.json', 'utf8'));
const files = (await readdir(FOLDER)).filter((file) => file !== 'requirements.ts');
const sources = await Promise.all(files.map((file) => readFile(join(FOLDER, file), 'utf8')));
const source = sources.join('\n');
const docs = await readFile('docs/slack.md', 'utf8');

const events = [...FREE_EVENTS, ...Object.values(SCOPES).flatMap((scope) => scope.events)];
const methods = [...FREE_METHODS, ...Object.values(SCOPES).flatMap((scope) => scope.methods)];
const unique = (names: Iterable<string>): string[] => [...new Set(names)].toSorted();

describe('the manifest', () => {
  test('asks for the scopes that are needed, and for no other', () => {
    expect(manifest.oauth_config.scopes.bot).toEqual(Object.keys(SCOPES).toSorted());
  });

  test('subscribes to the events that are heard, and to no other', () => {
    expect(manifest.settings.event_subscriptions.bot_events).toEqual(unique(events));
  });

  test('has the command, the shortcut, the tabs and the switches that the code counts on', () => {
    const { slash_commands, shortcuts, app_home, agent_view } = manifest.features;
    expect(slash_commands.map(({ command }: { command: string }) => command)).toEqual([COMMAND]);
    expect(shortcuts).toMatchObject([{ type: 'message', callback_id: READ_SHORTCUT }]);
    expect(app_home).toMatchObject({ home_tab_enabled: true, messages_tab_enabled: true });
    expect(agent_view.agent_description).not.toBe('');
    expect(manifest.settings.interactivity.is_enabled).toBe(true);
    expect(manifest.settings.socket_mode_enabled).toBe(true);
  });
});

test('every method that is called stands with its scope, and every one that stands there is called', () => {
  const called = unique([...source.matchAll(METHOD)].map(([, method]) => method ?? ''));
  expect(called).toEqual(unique(methods));
});

test('every event that is subscribed to is heard', () => {
  const names = events.map((event) => (event.startsWith('message.') ? 'message' : event));
  for (const name of names) expect(source).toContain(`'${name}'`);
  expect(source).toContain(APP_METHOD);
});

test('docs/slack.md gives each scope with its reason', () => {
  for (const [scope, { reason }] of Object.entries(SCOPES))
    expect(docs).toContain(`| \`${scope}\` | ${reason} |`);
  expect(docs).toContain(`\`${APP_SCOPE}\``);
});

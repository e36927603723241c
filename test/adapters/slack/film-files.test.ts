import { expect, test } from 'vitest';
import { mayGetToken } from '../../../src/adapters/slack/film-files.ts';

const settings = { apiUrl: 'https://slack.com/api/', fileHosts: ['films.example'] };
const may = (url: string, more: Partial<typeof settings> = {}): boolean =>
  mayGetToken(new URL(url), { ...settings, ...more });

test.each([
  'https://files.slack.com/files-pri/T1-F1/a.png',
  'https://slack-files.com/T1-F1',
  'https://files.slack-edge.com/x',
  'https://films.example/x',
])('the token goes to %s', (url) => {
  expect(may(url)).toBe(true);
});

test.each([
  'http://files.slack.com/files-pri/T1-F1/a.png',
  'https://slack.com.evil.example/x',
  'https://evil-slack.com/x',
  'https://files.slack.com@evil.example/x',
  'https://user:word@files.slack.com/x',
  'https://docs.google.com/x',
  'https://sub.films.example/x',
])('the token does not go to %s', (url) => {
  expect(may(url)).toBe(false);
});

test('the host of another API address counts as Slack, at its own port', () => {
  const apiUrl = 'http://127.0.0.1:4000/api/';
  expect(may('http://127.0.0.1:4000/files-pri/x', { apiUrl })).toBe(true);
  expect(may('http://127.0.0.1:4001/files-pri/x', { apiUrl })).toBe(false);
});

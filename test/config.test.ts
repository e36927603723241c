import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { readConfig } from '../src/config.ts';
import { SETTINGS } from '../src/config/settings.ts';
import { WetreadError } from '../src/errors.ts';

const problemsOf = (environment: Record<string, string>): string => {
  try {
    readConfig(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(WetreadError);
    expect((error as WetreadError).code).toBe('setting-invalid');
    return (error as WetreadError).message;
  }
  return '';
};

describe('settings', () => {
  test('an empty environment gives the documented defaults', () => {
    expect(readConfig({})).toEqual({
      http: { on: true, host: '127.0.0.1', port: 8080 },
      api: { keys: [], requestsPerMinute: 600, imageHosts: [] },
      dataDir: 'data',
      filmWaitMs: 5_000,
      burnedInText: 'mask',
      model: {
        directory: 'checkpoints/demo',
        url: undefined,
        apiKey: undefined,
        name: undefined,
        profile: 'auto',
        weights: 'auto',
        lanes: undefined,
        contextTokens: undefined,
        threads: undefined,
        spinning: false,
        queuePlaces: 32,
        firstTokenTimeoutMs: 300_000,
        idleTimeoutMs: 60_000,
        retries: 2,
      },
      redisUrl: undefined,
      retention: {
        filmsMs: 12 * 3_600_000,
        turnsMs: 30 * 86_400_000,
        feedbackMs: 30 * 86_400_000,
        casesMs: 30 * 86_400_000,
        auditMs: 90 * 86_400_000,
      },
      audit: { form: 'hashed', key: undefined },
      access: {
        workspaces: [],
        channels: [],
        people: [],
        directMessages: true,
        guests: false,
        outsiders: false,
      },
      slackLacksToken: false,
      slack: undefined,
      discord: undefined,
      demoInChat: false,
      logLevel: undefined,
      shutdownGraceMs: 20_000,
    });
  });

  test('SLACK_CONNECT lets people of other workspaces ask', () => {
    expect(readConfig({ SLACK_CONNECT: 'on' }).access.outsiders).toBe(true);
  });

  test('an empty or blank value counts as not set', () => {
    const blank = Object.fromEntries(Object.keys(SETTINGS).map((name) => [name, ' ']));
    expect(readConfig(blank)).toEqual(readConfig({}));
  });

  test('values are read without the spaces around them', () => {
    expect(readConfig({ PORT: ' 0 ', MODEL_URL: ' http://gpu:8000/v1 ' })).toMatchObject({
      http: { port: 0 },
      model: { url: 'http://gpu:8000/v1' },
    });
  });

  test.each([
    ['500ms', 500],
    ['90s', 90_000],
    ['1.5m', 90_000],
    ['12h', 43_200_000],
    ['0s', 0],
  ])('%s is %i milliseconds', (text, milliseconds) => {
    expect(readConfig({ SHUTDOWN_GRACE: text }).shutdownGraceMs).toBe(milliseconds);
  });

  test.each([
    ['on', true],
    ['TRUE', true],
    ['1', true],
    ['off', false],
    ['no', false],
    ['0', false],
  ])('HTTP=%s is %s', (word, on) => {
    expect(readConfig({ HTTP: word }).http.on).toBe(on);
  });

  test('ids are separated by commas, spaces or both', () => {
    const { access } = readConfig({ ALLOWED_CHANNELS: 'C1, C2 C3,,123456789012345678' });
    expect(access.channels).toEqual(['C1', 'C2', 'C3', '123456789012345678']);
  });

  test('a store, what is kept and for how long may be longer than any timer', () => {
    const REDIS_URL = 'rediss://user:password@cache:6380/1';
    expect(
      readConfig({ REDIS_URL, RETENTION_TURNS: '365d', RETENTION_FILMS: '90s' }),
    ).toMatchObject({
      redisUrl: REDIS_URL,
      retention: { turnsMs: 365 * 86_400_000, filmsMs: 90_000 },
    });
  });

  test.each([
    ['PORT', '65536', 'a whole number from 0 to 65535'],
    ['PORT', '0x50', 'a whole number from 0 to 65535'],
    ['PORT', '80.5', 'a whole number from 0 to 65535'],
    ['HTTP', 'maybe', 'on or off'],
    ['MODEL_URL', 'gpu:8000', 'an http or https address'],
    ['MODEL_URL', 'ftp://gpu/v1', 'an http or https address'],
    ['MODEL_URL', 'http://user:pass@gpu/v1', 'without user name and password'],
    ['MODEL_PROFILE', 'RadVLM', 'one of auto, demo, radvlm, none'],
    ['MODEL_THREADS', '0', 'a whole number from 1 to 256'],
    ['MODEL_QUEUE', '0', 'a whole number from 1'],
    ['MODEL_RETRIES', '-1', 'a whole number from 0'],
    ['LOG_LEVEL', 'loud', 'one of trace, debug, info'],
    ['SHUTDOWN_GRACE', '20', 'a length of time such as 90s'],
    ['SHUTDOWN_GRACE', '5 minutes', 'a length of time such as 90s'],
    ['MODEL_IDLE_TIMEOUT', '30d', 'under 25 days'],
    ['RETENTION_FILMS', '30s', 'from 1m to 3650d'],
    ['RETENTION_TURNS', '11000d', 'from 1m to 3650d'],
    ['RETENTION_AUDIT', 'for ever', 'a length of time such as 90m'],
    ['REDIS_URL', 'localhost:6379', 'a redis or rediss address'],
    ['REDIS_URL', 'http://localhost:6379', 'a redis or rediss address'],
    ['AUDIT', 'on', 'one of off, plain, hashed'],
    ['AUDIT_KEY', 'short', 'at least 16 characters'],
    ['ALLOWED_CHANNELS', '#general', 'ids separated by commas'],
  ])('%s=%s is refused by its rule', (name, value, rule) => {
    const problems = problemsOf({ [name]: value });
    expect(problems).toContain(`${name} must be `);
    expect(problems).toContain(rule);
  });

  test('every wrong setting is named at once', () => {
    const problems = problemsOf({ PORT: 'http', LOG_LEVEL: 'loud', HOST: '0.0.0.0' });
    expect(problems).toContain('PORT must be');
    expect(problems).toContain('LOG_LEVEL must be');
    expect(problems).not.toContain('HOST');
  });

  test('a wrong value is never repeated: it may be a secret in the wrong place', () => {
    for (const name of Object.keys(SETTINGS)) {
      expect(problemsOf({ [name]: 'sk-secret-1234://' })).not.toContain('sk-secret');
    }
  });
});

describe('the lists of settings', () => {
  const settings = Object.entries(SETTINGS).map(([name, { fallback }]) => ({ name, fallback }));
  const byName = (list: { name: string; fallback: string }[]) =>
    list.toSorted((a, b) => (a.name < b.name ? -1 : 1));

  test('.env.example has every setting, its default, and a sentence', async () => {
    const text = await readFile('.env.example', 'utf8');
    const rows = [...text.matchAll(/^# (.+\.)\n#([A-Z_]+)=(.*)$/gm)];
    const listed = rows.map(([, , name = '', fallback = '']) => ({ name, fallback }));
    expect(byName(listed)).toEqual(byName(settings));
    expect(text.match(/^#?[A-Z_]+=/gm)).toHaveLength(rows.length);
  });

  test('docs/configuration.md has every setting, its default, and a sentence', async () => {
    const text = await readFile('docs/configuration.md', 'utf8');
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (?:`(.+?)`)? ?\| .+\. \|$/gm)];
    const listed = rows.map(([, name = '', fallback = '']) => ({ name, fallback }));
    expect(byName(listed)).toEqual(byName(settings));
  });
});

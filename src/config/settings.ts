import type { z } from 'zod';
import { WetreadError } from '../errors.ts';
import {
  anyText,
  whole,
  oneOf,
  onOff,
  duration,
  retention,
  ids,
  secret,
  secrets,
  hosts,
  redisUrl,
  httpUrl,
  slackToken,
  slackApiUrl,
  discordToken,
  discordApiUrl,
  proxyUrl,
  optional,
  type Setting,
} from './kinds.ts';

const WEIGHTS = ['auto', 'fp32', 'int8', 'int4'] as const;
const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/**
 * Every setting there is. `.env.example` and docs/configuration.md list the same ones with the same defaults (a test
 * holds them to it).
 */
export const SETTINGS = {
  HOST: anyText('127.0.0.1'),
  PORT: whole('8080', 0, 65_535),
  HTTP: onOff('on'),
  API_KEYS: secrets(),
  API_REQUESTS_PER_MINUTE: whole('600', 0, 1_000_000),
  API_IMAGE_HOSTS: hosts(),
  DATA_DIR: anyText('data'),
  MODEL_DIR: anyText('checkpoints/demo'),
  MODEL_URL: optional(httpUrl()),
  MODEL_API_KEY: optional(anyText('')),
  MODEL_NAME: optional(anyText('')),
  MODEL_PROFILE: oneOf('auto', ['auto', 'demo', 'radvlm', 'none']),
  MODEL_WEIGHTS: oneOf('auto', WEIGHTS),
  MODEL_LANES: optional(whole('', 1, 4)),
  MODEL_CONTEXT: optional(whole('', 256, 1_000_000)),
  MODEL_THREADS: optional(whole('', 1, 256)),
  MODEL_SPINNING: onOff('off'),
  MODEL_QUEUE: whole('32', 1, 10_000),
  MODEL_FIRST_TOKEN_TIMEOUT: duration('5m'),
  MODEL_IDLE_TIMEOUT: duration('60s'),
  MODEL_RETRIES: whole('2', 0, 10),
  FILM_WAIT: duration('5s'),
  BURNED_IN_TEXT: oneOf('mask', ['mask', 'block', 'warn']),
  REDIS_URL: optional(redisUrl()),
  RETENTION_FILMS: retention('12h'),
  RETENTION_TURNS: retention('30d'),
  RETENTION_FEEDBACK: retention('30d'),
  RETENTION_CASES: retention('30d'),
  RETENTION_AUDIT: retention('90d'),
  AUDIT: oneOf('hashed', ['off', 'plain', 'hashed']),
  AUDIT_KEY: optional(secret()),
  ALLOWED_WORKSPACES: ids(),
  ALLOWED_CHANNELS: ids(),
  ALLOWED_PEOPLE: ids(),
  DIRECT_MESSAGES: onOff('on'),
  GUESTS: onOff('off'),
  SLACK_BOT_TOKEN: optional(slackToken('xoxb', 'a bot token of Slack')),
  SLACK_APP_TOKEN: optional(slackToken('xapp', 'an app-level token of Slack')),
  SLACK_SIGNING_SECRET: optional(secret()),
  SLACK_API_URL: slackApiUrl(),
  SLACK_FILE_HOSTS: ids(),
  SLACK_FOLLOW_UPS: oneOf('started', ['started', 'joined', 'never']),
  SLACK_CONNECT: onOff('off'),
  SLACK_MODERATORS: ids(),
  DISCORD_BOT_TOKEN: optional(discordToken()),
  DISCORD_API_URL: discordApiUrl(),
  DISCORD_CDN_HOSTS: ids(),
  DISCORD_FOLLOW_UPS: oneOf('started', ['started', 'joined', 'never']),
  DISCORD_SPOILER_CHANNELS: ids(),
  DISCORD_REMOVE_UPLOADS: onOff('off'),
  DISCORD_MODERATORS_CHANNELS: ids(),
  DEMO_IN_CHAT: onOff('off'),
  HTTPS_PROXY: optional(proxyUrl()),
  NO_PROXY: anyText(''),
  LOG_LEVEL: optional(oneOf('info', LOG_LEVELS)),
  SHUTDOWN_GRACE: duration('20s'),
} satisfies Record<string, Setting<unknown>>;

type Name = keyof typeof SETTINGS;
export type Values = { readonly [Key in Name]: z.output<(typeof SETTINGS)[Key]['schema']> };

/** Fails with `setting-invalid`. */
export const readValues = (environment: Readonly<Record<string, string | undefined>>): Values => {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const given = (environment[name] ?? conventional(environment, name))?.trim();
    const result = setting.schema.safeParse(given || setting.fallback);
    if (result.success) values[name] = result.data;
    else problems.push(`${name} must be ${setting.rule}`);
  }
  if (problems.length > 0)
    throw new WetreadError('setting-invalid', { problems: problems.join('; ') });
  return values as Values;
};

/** Other programs' settings are written in small letters as often. */
const conventional = (
  environment: Readonly<Record<string, string | undefined>>,
  name: string,
): string | undefined => (name.endsWith('_PROXY') ? environment[name.toLowerCase()] : undefined);

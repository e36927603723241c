import { z } from 'zod';
import { WetreadError } from './errors.ts';

/**
 * A setting: the default, written as a user would write it and held to the same rule; the rule in words; and how the
 * text becomes a value. An empty default means "not set", and the value is then undefined.
 */
type Setting<Value> = {
  readonly fallback: string;
  /** Ends the sentence "NAME must be …". */
  readonly rule: string;
  readonly schema: z.ZodType<Value, string>;
};

/** The longest that a timer of Node can run: 2 ** 31 - 1 ms, a little under 25 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const anyText = (fallback: string): Setting<string> => ({
  fallback,
  rule: 'some text',
  schema: z.string(),
});

const whole = (fallback: string, least: number, most: number): Setting<number> => ({
  fallback,
  rule: `a whole number from ${least} to ${most}`,
  schema: z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most)),
});

const oneOf = <const Word extends string>(
  fallback: NoInfer<Word>,
  words: readonly Word[],
): Setting<Word> => ({
  fallback,
  rule: `one of ${words.join(', ')}`,
  schema: z.string().pipe(z.enum(words)),
});

const onOff = (fallback: 'on' | 'off'): Setting<boolean> => ({
  fallback,
  rule: 'on or off',
  schema: z
    .string()
    .regex(/^(on|off|true|false|yes|no|1|0)$/i)
    .transform((word) => /^(on|true|yes|1)$/i.test(word)),
});

const toMilliseconds = (text: string): number => {
  const unit = text.replace(/^[\d.]+/, '') as keyof typeof UNIT_MS;
  return Math.round(Number.parseFloat(text) * UNIT_MS[unit]);
};

/** A length of time such as 500ms, 90s, 5m, 12h or 30d, in milliseconds. */
const duration = (fallback: string): Setting<number> => ({
  fallback,
  rule: 'a length of time such as 90s, 5m or 12h (units: ms, s, m, h, d), under 25 days',
  schema: z
    .string()
    .regex(/^\d+(\.\d+)?(ms|s|m|h|d)$/)
    .transform(toMilliseconds)
    .pipe(z.number().max(LONGEST_TIMER_MS)),
});

/** The longest that anything is kept: ten years, which an audit may have to be. */
const LONGEST_KEPT_MS = 3_650 * UNIT_MS.d;

/** How long something is kept. Under a minute, an answer could lose its film while it is made. */
const retention = (fallback: string): Setting<number> => ({
  fallback,
  rule: 'a length of time such as 90m, 12h or 30d (units: s, m, h, d), from 1m to 3650d',
  schema: z
    .string()
    .regex(/^\d+(\.\d+)?(s|m|h|d)$/)
    .transform(toMilliseconds)
    .pipe(z.number().min(UNIT_MS.m).max(LONGEST_KEPT_MS)),
});

/** Ids of a platform, separated by commas or spaces. */
const ids = (): Setting<readonly string[]> => ({
  fallback: '',
  rule: 'ids separated by commas, such as C061EG9SL,C02ABCDEF',
  schema: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((id) => id !== ''))
    .pipe(z.array(z.string().regex(/^[\w.-]+$/))),
});

/** Long enough that nobody finds it by trying. */
const secret = (): Setting<string> => ({
  fallback: '',
  rule: 'at least 16 characters that nobody can guess',
  schema: z.string().min(16),
});

const redisUrl = (): Setting<string> => ({
  fallback: '',
  rule: 'a redis or rediss address, such as redis://localhost:6379',
  schema: z
    .string()
    .refine((text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol)),
});

const httpUrl = (): Setting<string> => ({
  fallback: '',
  rule: 'an http or https address without user name and password, such as http://localhost:8000/v1',
  schema: z.string().refine((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === ''
    );
  }),
});

/** `xoxb-…`, `xapp-…`: the beginning tells the kind, so that one in the other's place is noticed. */
const slackToken = (kind: 'xoxb' | 'xapp', what: string): Setting<string> => ({
  fallback: '',
  rule: `${what}, which begins with ${kind}-`,
  schema: z.string().regex(new RegExp(`^(?:xoxe\\.)?${kind}-\\S+$`)),
});

const slackApiUrl = (): Setting<string> => ({
  fallback: 'https://slack.com/api/',
  rule: 'an http or https address that ends in /api/',
  schema: httpUrl().schema.pipe(z.string().endsWith('/api/')),
});

/** The convention leaves out "http://", and may hold a name and a password. */
const proxyUrl = (): Setting<string> => ({
  fallback: '',
  rule: 'the address of a proxy, such as http://proxy.example:3128',
  schema: z
    .string()
    .transform((text) => (text.includes('://') ? text : `http://${text}`))
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
});

const optional = <Value>(setting: Setting<Value>): Setting<Value | undefined> => ({
  fallback: '',
  rule: setting.rule,
  schema: z.union([z.literal('').transform(() => undefined), setting.schema]),
});

const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

/**
 * Every setting there is. `.env.example` and docs/configuration.md list the same ones with the same defaults (a test
 * holds them to it).
 */
export const SETTINGS = {
  HOST: anyText('127.0.0.1'),
  PORT: whole('8080', 0, 65_535),
  HTTP: onOff('on'),
  DATA_DIR: anyText('data'),
  MODEL_DIR: anyText('checkpoints/demo'),
  MODEL_URL: optional(httpUrl()),
  MODEL_API_KEY: optional(anyText('')),
  MODEL_NAME: optional(anyText('')),
  MODEL_PROFILE: oneOf('auto', ['auto', 'demo', 'radvlm', 'none']),
  MODEL_THREADS: optional(whole('', 1, 256)),
  MODEL_SPINNING: onOff('off'),
  MODEL_QUEUE: whole('32', 1, 10_000),
  MODEL_FIRST_TOKEN_TIMEOUT: duration('5m'),
  MODEL_IDLE_TIMEOUT: duration('60s'),
  MODEL_RETRIES: whole('2', 0, 10),
  FILM_WAIT: duration('5s'),
  REDIS_URL: optional(redisUrl()),
  RETENTION_FILMS: retention('12h'),
  RETENTION_TURNS: retention('30d'),
  RETENTION_FEEDBACK: retention('30d'),
  RETENTION_AUDIT: retention('90d'),
  AUDIT: oneOf('hashed', ['off', 'plain', 'hashed']),
  AUDIT_KEY: optional(secret()),
  ALLOWED_WORKSPACES: ids(),
  ALLOWED_CHANNELS: ids(),
  ALLOWED_PEOPLE: ids(),
  DIRECT_MESSAGES: onOff('on'),
  GUESTS: onOff('off'),
  OUTSIDERS: onOff('off'),
  SLACK_BOT_TOKEN: optional(slackToken('xoxb', 'a bot token of Slack')),
  SLACK_APP_TOKEN: optional(slackToken('xapp', 'an app-level token of Slack')),
  SLACK_SIGNING_SECRET: optional(secret()),
  SLACK_API_URL: slackApiUrl(),
  SLACK_FILE_HOSTS: ids(),
  SLACK_FOLLOW_UPS: oneOf('started', ['started', 'joined', 'never']),
  SLACK_MODERATORS: ids(),
  DEMO_IN_CHAT: onOff('off'),
  HTTPS_PROXY: optional(proxyUrl()),
  NO_PROXY: anyText(''),
  LOG_LEVEL: optional(oneOf('info', LOG_LEVELS)),
  SHUTDOWN_GRACE: duration('20s'),
} satisfies Record<string, Setting<unknown>>;

type Name = keyof typeof SETTINGS;
type Values = { readonly [Key in Name]: z.output<(typeof SETTINGS)[Key]['schema']> };

export type Config = {
  readonly http: { readonly on: boolean; readonly host: string; readonly port: number };
  /** As it was written: relative to the folder of the package. */
  readonly dataDir: string;
  readonly model: {
    /** As it was written: relative to the folder of the package. */
    readonly directory: string;
    /** Wins over `directory`. */
    readonly url: string | undefined;
    readonly apiKey: string | undefined;
    readonly name: string | undefined;
    readonly profile: Values['MODEL_PROFILE'];
    /** undefined: as many as there are cores. */
    readonly threads: number | undefined;
    readonly spinning: boolean;
    readonly queuePlaces: number;
    readonly firstTokenTimeoutMs: number;
    readonly idleTimeoutMs: number;
    readonly retries: number;
  };
  /** undefined: the store is a file in the data folder, for one server alone. May hold a password. */
  readonly redisUrl: string | undefined;
  /** A film without words waits so long for its author's next message. */
  readonly filmWaitMs: number;
  readonly retention: {
    readonly filmsMs: number;
    readonly turnsMs: number;
    readonly feedbackMs: number;
    readonly auditMs: number;
  };
  readonly audit: {
    readonly form: Values['AUDIT'];
    /** undefined: one is made and kept in the data folder. */
    readonly key: string | undefined;
  };
  /** Who may ask; an empty list lets everybody. */
  readonly access: {
    readonly workspaces: readonly string[];
    readonly channels: readonly string[];
    readonly people: readonly string[];
    readonly directMessages: boolean;
    readonly guests: boolean;
    readonly outsiders: boolean;
  };
  /** undefined: Slack is not set up. */
  readonly slack:
    | {
        readonly botToken: string;
        /** Socket Mode; without it Slack calls this server. */
        readonly appToken: string | undefined;
        readonly signingSecret: string | undefined;
        readonly apiUrl: string;
        readonly fileHosts: readonly string[];
        readonly followUps: Values['SLACK_FOLLOW_UPS'];
        readonly moderators: readonly string[];
        readonly proxy: { readonly url: string | undefined; readonly except: string };
      }
    | undefined;
  /** The demonstration model answers in Slack and Discord, too. */
  readonly demoInChat: boolean;
  /** undefined: each way in has its own (the server `info`, the command line `error`). */
  readonly logLevel: Values['LOG_LEVEL'];
  readonly shutdownGraceMs: number;
};

/**
 * Reads every setting, once. An empty value counts as not set. Fails with `setting-invalid`, which names each variable
 * that cannot be used and its rule, and never the value: that may be a secret in the wrong place.
 */
export const readConfig = (environment: Readonly<Record<string, string | undefined>>): Config => {
  const values = readValues(environment);
  return {
    http: { on: values.HTTP, host: values.HOST, port: values.PORT },
    dataDir: values.DATA_DIR,
    model: {
      directory: values.MODEL_DIR,
      url: values.MODEL_URL,
      apiKey: values.MODEL_API_KEY,
      name: values.MODEL_NAME,
      profile: values.MODEL_PROFILE,
      threads: values.MODEL_THREADS,
      spinning: values.MODEL_SPINNING,
      queuePlaces: values.MODEL_QUEUE,
      firstTokenTimeoutMs: values.MODEL_FIRST_TOKEN_TIMEOUT,
      idleTimeoutMs: values.MODEL_IDLE_TIMEOUT,
      retries: values.MODEL_RETRIES,
    },
    filmWaitMs: values.FILM_WAIT,
    redisUrl: values.REDIS_URL,
    retention: {
      filmsMs: values.RETENTION_FILMS,
      turnsMs: values.RETENTION_TURNS,
      feedbackMs: values.RETENTION_FEEDBACK,
      auditMs: values.RETENTION_AUDIT,
    },
    audit: { form: values.AUDIT, key: values.AUDIT_KEY },
    access: {
      workspaces: values.ALLOWED_WORKSPACES,
      channels: values.ALLOWED_CHANNELS,
      people: values.ALLOWED_PEOPLE,
      directMessages: values.DIRECT_MESSAGES,
      guests: values.GUESTS,
      outsiders: values.OUTSIDERS,
    },
    slack: slackOf(values),
    demoInChat: values.DEMO_IN_CHAT,
    logLevel: values.LOG_LEVEL,
    shutdownGraceMs: values.SHUTDOWN_GRACE,
  };
};

const slackOf = (values: Values): Config['slack'] =>
  values.SLACK_BOT_TOKEN === undefined
    ? undefined
    : {
        botToken: values.SLACK_BOT_TOKEN,
        appToken: values.SLACK_APP_TOKEN,
        signingSecret: values.SLACK_SIGNING_SECRET,
        apiUrl: values.SLACK_API_URL,
        fileHosts: values.SLACK_FILE_HOSTS,
        followUps: values.SLACK_FOLLOW_UPS,
        moderators: values.SLACK_MODERATORS,
        proxy: { url: values.HTTPS_PROXY, except: values.NO_PROXY },
      };

const readValues = (environment: Readonly<Record<string, string | undefined>>): Values => {
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

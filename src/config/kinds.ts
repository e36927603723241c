import { z } from 'zod';

/**
 * A setting: the default, written as a user would write it and held to the same rule; the rule in words; and how the
 * text becomes a value. An empty default means "not set", and the value is then undefined.
 */
export type Setting<Value> = {
  readonly fallback: string;
  /** Ends the sentence "NAME must be …". */
  readonly rule: string;
  readonly schema: z.ZodType<Value, string>;
};

/** The longest that a timer of Node can run: 2 ** 31 - 1 ms, a little under 25 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

const UNIT_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

export const anyText = (fallback: string): Setting<string> => ({
  fallback,
  rule: 'some text',
  schema: z.string(),
});

export const whole = (fallback: string, least: number, most: number): Setting<number> => ({
  fallback,
  rule: `a whole number from ${least} to ${most}`,
  schema: z.string().regex(/^\d+$/).transform(Number).pipe(z.number().min(least).max(most)),
});

export const oneOf = <const Word extends string>(
  fallback: NoInfer<Word>,
  words: readonly Word[],
): Setting<Word> => ({
  fallback,
  rule: `one of ${words.join(', ')}`,
  schema: z.string().pipe(z.enum(words)),
});

export const onOff = (fallback: 'on' | 'off'): Setting<boolean> => ({
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
export const duration = (fallback: string): Setting<number> => ({
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
export const retention = (fallback: string): Setting<number> => ({
  fallback,
  rule: 'a length of time such as 90m, 12h or 30d (units: s, m, h, d), from 1m to 3650d',
  schema: z
    .string()
    .regex(/^\d+(\.\d+)?(s|m|h|d)$/)
    .transform(toMilliseconds)
    .pipe(z.number().min(UNIT_MS.m).max(LONGEST_KEPT_MS)),
});

/** Ids of a platform, separated by commas or spaces. */
export const ids = (): Setting<readonly string[]> => ({
  fallback: '',
  rule: 'ids separated by commas, such as C061EG9SL,C02ABCDEF',
  schema: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((id) => id !== ''))
    .pipe(z.array(z.string().regex(/^[\w.-]+$/))),
});

/** Long enough that nobody finds it by trying. */
export const secret = (): Setting<string> => ({
  fallback: '',
  rule: 'at least 16 characters that nobody can guess',
  schema: z.string().min(16),
});

/** Secrets separated by commas, so that one can be taken away while others stay. */
export const secrets = (): Setting<readonly string[]> => ({
  fallback: '',
  rule: 'keys separated by commas, each of at least 16 characters that nobody can guess',
  schema: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((key) => key !== ''))
    .pipe(z.array(secret().schema)),
});

/** Names of hosts; no addresses in figures, no ports. */
export const hosts = (): Setting<readonly string[]> => ({
  fallback: '',
  rule: 'host names separated by commas, such as films.example,images.example',
  schema: z
    .string()
    .transform((text) => text.split(/[\s,]+/).filter((host) => host !== ''))
    .pipe(z.array(z.string().regex(/^(?=.*[a-z])[a-z\d-]+(?:\.[a-z\d-]+)*$/i))),
});

export const redisUrl = (): Setting<string> => ({
  fallback: '',
  rule: 'a redis or rediss address, such as redis://localhost:6379',
  schema: z
    .string()
    .refine((text) => URL.canParse(text) && /^rediss?:$/.test(new URL(text).protocol)),
});

export const httpUrl = (): Setting<string> => ({
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
export const slackToken = (kind: 'xoxb' | 'xapp', what: string): Setting<string> => ({
  fallback: '',
  rule: `${what}, which begins with ${kind}-`,
  schema: z.string().regex(new RegExp(`^(?:xoxe\\.)?${kind}-\\S+$`)),
});

/** Three pieces of letters, figures, - and _ between dots; the word "Bot" before it belongs to the header. */
export const discordToken = (): Setting<string> => ({
  fallback: '',
  rule: 'a bot token of Discord, without the word Bot before it',
  schema: z.string().regex(/^[\w-]+\.[\w-]+\.[\w-]+$/),
});

/** As discord.js's `rest.api`: the version comes behind it. */
export const discordApiUrl = (): Setting<string> => ({
  fallback: 'https://discord.com/api',
  rule: 'an http or https address that ends in /api',
  schema: httpUrl().schema.pipe(z.string().endsWith('/api')),
});

export const slackApiUrl = (): Setting<string> => ({
  fallback: 'https://slack.com/api/',
  rule: 'an http or https address that ends in /api/',
  schema: httpUrl().schema.pipe(z.string().endsWith('/api/')),
});

/** The convention leaves out "http://", and may hold a name and a password. */
export const proxyUrl = (): Setting<string> => ({
  fallback: '',
  rule: 'the address of a proxy, such as http://proxy.example:3128',
  schema: z
    .string()
    .transform((text) => (text.includes('://') ? text : `http://${text}`))
    .refine((text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)),
});

export const optional = <Value>(setting: Setting<Value>): Setting<Value | undefined> => ({
  fallback: '',
  rule: setting.rule,
  schema: z.union([z.literal('').transform(() => undefined), setting.schema]),
});

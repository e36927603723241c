import type { Announcements } from './announcements.ts';
import type { Json, SlackChannel, SlackMessage } from './workspace.ts';
import type { World } from './world.ts';

export type MethodContext = World & { readonly announcements: Announcements };

/** One method of the Web API. */
export type Method = {
  /** Any one of them suffices; none: none is needed. */
  readonly scopes: readonly string[];
  /** Calls a minute, from the tiers of the documentation; undefined: special or none. */
  readonly perMinute?: number;
  readonly token: 'bot' | 'app' | 'none';
  readonly run: (args: Arguments, context: MethodContext) => Json;
};

/** `ok: false` with a name of the documentation. */
export class Refusal extends Error {
  readonly facts: Json;

  constructor(error: string, facts: Json = {}) {
    super(error);
    this.facts = facts;
  }
}

export const TIER_2 = 20;
export const TIER_3 = 50;
export const TIER_4 = 100;

/** Arguments of a call; forms carry structures as JSON in a string. */
export class Arguments {
  readonly all: Json;

  constructor(all: Json) {
    this.all = all;
  }

  text(name: string): string | undefined {
    const value = this.all[name];
    if (value === undefined || value === null) return undefined;
    return typeof value === 'string' ? value : JSON.stringify(value);
  }

  need(name: string): string {
    const value = this.text(name);
    if (value === undefined || value === '')
      throw new Refusal('invalid_arguments', {
        response_metadata: { messages: [`[ERROR] missing required field: ${name}`] },
      });
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name);
    return value === undefined ? undefined : value === 'true' || value === '1';
  }

  /** undefined: not given. */
  json(name: string): unknown {
    const value = this.all[name];
    if (typeof value !== 'string') return value ?? undefined;
    if (value === '') return undefined;
    try {
      return JSON.parse(value);
    } catch {
      throw new Refusal('invalid_arguments', {
        response_metadata: { messages: [`[ERROR] must be valid JSON [json-pointer:/${name}]`] },
      });
    }
  }

  list(name: string): readonly Json[] {
    const value = this.json(name);
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw new Refusal('invalid_arguments');
    return value as readonly Json[];
  }
}

/** A channel the bot may act in. */
export const channelOf = ({ workspace }: World, id: string): SlackChannel => {
  const channel = workspace.channels.get(id);
  if (channel === undefined) throw new Refusal('channel_not_found');
  if (channel.botIsIn) return channel;
  throw new Refusal(channel.kind === 'public' ? 'not_in_channel' : 'channel_not_found');
};

export const messageOf = ({ workspace }: World, channel: string, ts: string): SlackMessage => {
  const message = workspace.find(channel, ts);
  if (message === undefined) throw new Refusal('message_not_found');
  return message;
};

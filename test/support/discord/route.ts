import type { Gateway } from './gateway.ts';
import type { Wire } from './wire.ts';
import type { Channel, Json, Message, World } from './world.ts';

/** Discord says no: an HTTP status and one of its codes. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: number;

  constructor(status: number, code: number) {
    super(`${status} ${code}`);
    this.status = status;
    this.code = code;
  }
}

export type Request = {
  readonly ids: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Json;
  readonly files: readonly {
    readonly index: string;
    readonly name: string;
    readonly type: string;
    readonly bytes: Uint8Array;
  }[];
};

export type Behaviour = {
  /** The Message Content intent is switched on in the developer portal. */
  contentIntent: boolean;
  /** Of the bot. */
  token: string;
  rateLimits: boolean;
  /** Bytes of one file. */
  uploadLimit: number;
  /** Edits of a message that is older than an hour. */
  oldEdits: number;
};

export type Context = {
  readonly world: World;
  readonly wire: Wire;
  readonly behaviour: Behaviour;
  readonly gateway: Gateway;
  readonly url: string;
  /** Tells the gateway's clients. */
  readonly tell: {
    message(kind: 'MESSAGE_CREATE' | 'MESSAGE_UPDATE', message: Message): void;
    deleted(message: Message): void;
    thread(kind: 'THREAD_CREATE' | 'THREAD_UPDATE', thread: Channel): void;
  };
};

export type Route = {
  /** "GET /channels/:channel/messages/:message". */
  readonly call: string;
  /** Its own token stands in the path. */
  readonly anonymous?: boolean;
  /** undefined: 204. Fails with a `Refusal`. */
  readonly answer: (request: Request, context: Context) => unknown;
};

export const CODE = {
  unknownChannel: 10_003,
  unknownMessage: 10_008,
  unknownWebhook: 10_015,
  unknownInteraction: 10_062,
  tooManyAttachments: 30_015,
  oldEdits: 30_046,
  tooLarge: 40_005,
  acknowledged: 40_060,
  noStarterYet: 40_058,
  missingAccess: 50_001,
  editOther: 50_005,
  empty: 50_006,
  cannotMessage: 50_007,
  missingPermissions: 50_013,
  wrongType: 50_024,
  invalidToken: 50_027,
  invalidForm: 50_035,
  archived: 50_083,
  threadExists: 160_004,
  threadLocked: 160_005,
} as const;

/** The channel, if the bot may see it. */
export const channelOf = ({ world }: Context, id: string | undefined): Channel => {
  const channel = world.channels.get(id ?? '');
  if (channel === undefined) throw new Refusal(404, CODE.unknownChannel);
  if (!world.may(channel, 'viewChannel')) throw new Refusal(403, CODE.missingAccess);
  return channel;
};

export const messageOf = ({ world }: Context, id: string | undefined): Message => {
  const message = world.messages.get(id ?? '');
  if (message === undefined || message.deleted) throw new Refusal(404, CODE.unknownMessage);
  return message;
};

import type { Feedback } from '../../../../core/conversation.ts';
import type { Choice } from '../../../../core/reply.ts';
import type { PageEvent } from '../../page-event.ts';
import type { MessageBody } from '../../wire.ts';

/** A film that ships with Wetread. */
export type Sample = {
  readonly id: string;
  readonly title: string;
  readonly credit: string;
  readonly source: string;
  readonly url: string;
};

/** What the server says about itself. */
export type About = {
  readonly model: { readonly name: string; readonly demo: boolean };
  readonly filmLimitBytes: number;
  /** How long the server keeps a thread. */
  readonly keptMs: number;
  readonly samples: readonly Sample[];
};

/** The server's no, or no server: a code, and a sentence that can be shown as it is. */
class Refused extends Error {
  override name = 'Refused';
  readonly code: string;

  constructor(code: string, sentence: string) {
    super(sentence);
    this.code = code;
  }
}

const UNREACHABLE = 'Wetread cannot be reached. Check that it is still running, and try again.';
const GONE = 'This answer is not here any more. Ask again.';

/** What to tell the reader about any failure. */
export const sentenceOf = (error: unknown): string =>
  error instanceof Refused
    ? error.message
    : 'Something went wrong on this page. Reload it and try again.';

/** A server that ends or begins refuses for seconds. */
const REFUSED_MS = 2_000;
const MOST_REFUSALS = 30;

/** The last event of a turn is one of these; nothing follows it. */
const LAST_EVENTS: ReadonlySet<string> = new Set(['end', 'choices', 'error']);

const request = async (method: string, path: string, body?: unknown): Promise<Response> => {
  const isFilm = body instanceof Blob;
  const type = isFilm ? 'application/octet-stream' : 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      ...(body === undefined ? {} : { headers: { 'content-type': type } }),
      ...(body === undefined ? {} : { body: isFilm ? body : JSON.stringify(body) }),
    });
  } catch {
    throw new Refused('unreachable', UNREACHABLE);
  }
  if (response.ok) return response;
  const answer = (await response.json().catch(() => undefined)) as
    | { readonly error?: { readonly code?: string; readonly message?: string } }
    | undefined;
  const { code = 'unreachable', message = UNREACHABLE } = answer?.error ?? {};
  throw new Refused(code, message);
};

const call = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
  const response = await request(method, path, body);
  try {
    return (response.status === 204 ? undefined : await response.json()) as Answer;
  } catch {
    throw new Refused('unreachable', UNREACHABLE);
  }
};

const turnPath = (thread: string, turn: string): string => `/web/threads/${thread}/turns/${turn}`;

export type Follower = {
  readonly onEvent: (event: PageEvent) => void;
  /** false: the connection is cut just now, and is opened again. */
  readonly onConnection: (isOpen: boolean) => void;
  /** All events come once more, from the first on. */
  readonly onAgain: () => void;
};

/** What the page asks of the server; everything fails with a `Refused`. */
export const server = {
  about: () => call<About>('GET', '/web/about'),

  beginThread: async () => (await call<{ thread: string }>('POST', '/web/threads')).thread,

  forgetThread: (thread: string) => call<undefined>('DELETE', `/web/threads/${thread}`),

  /** Bytes of a film; the upload's id waits on the server for the message that names it. */
  sendFilm: async (thread: string, file: Blob) =>
    (await call<{ upload: string }>('POST', `/web/threads/${thread}/films`, file)).upload,

  /** Resolves to the turn's name. */
  say: async (thread: string, message: Partial<MessageBody> & Pick<MessageBody, 'id'>) =>
    (await call<{ turn: string }>('POST', `/web/threads/${thread}/messages`, message)).turn,

  stop: (thread: string, turn: string) => call<undefined>('POST', `${turnPath(thread, turn)}/stop`),

  /** Resolves to the name of the turn that answers the question. */
  choose: async (thread: string, turn: string, code: Choice['code']) =>
    (await call<{ turn: string }>('POST', `${turnPath(thread, turn)}/choice`, { code })).turn,

  judge: (thread: string, turn: string, feedback: Feedback) =>
    call<undefined>('POST', `${turnPath(thread, turn)}/feedback`, feedback),

  /** The film that a turn is about; `name` is the same for the same film. undefined: there is none yet, or any more. */
  film: async (thread: string, turn: string) => {
    const response = await request('GET', `${turnPath(thread, turn)}/film`);
    if (response.status === 204) return undefined;
    const name = response.headers.get('etag')?.replaceAll('"', '') ?? turn;
    return { name, bytes: await response.blob() };
  },

  /** The picture as an address that this page alone can open, for as long as it is open. */
  picture: async (url: string) => URL.createObjectURL(await (await request('GET', url)).blob()),

  /** Hands on every event of the turn from its first on, and resolves after the last, or when `signal` aborts. */
  follow: (thread: string, turn: string, follower: Follower, signal: AbortSignal) =>
    new Promise<void>((resolve) => {
      let wasOpen = false;
      let refusals = 0;
      const listen = (): void => {
        if (signal.aborted) return resolve();
        const source = new EventSource(`${turnPath(thread, turn)}/events`);
        const finish = (): void => {
          source.close();
          signal.removeEventListener('abort', finish);
          resolve();
        };
        signal.addEventListener('abort', finish);
        source.addEventListener('open', () => {
          if (wasOpen) follower.onAgain();
          wasOpen = true;
          refusals = 0;
          follower.onConnection(true);
        });
        source.addEventListener('message', ({ data }: MessageEvent<string>) => {
          const event = JSON.parse(data) as PageEvent;
          follower.onEvent(event);
          if (LAST_EVENTS.has(event.type)) finish();
        });
        source.addEventListener('error', () => {
          follower.onConnection(false);
          // Otherwise the browser itself tries again.
          if (source.readyState !== EventSource.CLOSED || signal.aborted) return;
          signal.removeEventListener('abort', finish);
          refusals += 1;
          if (refusals < MOST_REFUSALS) setTimeout(listen, REFUSED_MS);
          else {
            const gone = { code: 'turn-unknown', message: GONE, retryable: false } as const;
            follower.onEvent({ type: 'error', ...gone });
            finish();
          }
        });
      };
      listen();
    }),
};

export type Server = typeof server;

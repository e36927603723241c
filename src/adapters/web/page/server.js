/** The server's no, or no server: a code, and a sentence that can be shown as it is. */
class Refused extends Error {
  constructor(code, sentence) {
    super(sentence);
    this.name = 'Refused';
    this.code = code;
  }
}

const UNREACHABLE = 'Wetread cannot be reached. Check that it is still running, and try again.';
const GONE = 'This answer is not here any more. Ask again.';

/** What to tell the reader about any failure. */
export const sentenceOf = (error) =>
  error instanceof Refused
    ? error.message
    : 'Something went wrong on this page. Reload it and try again.';

/** A server that ends or begins refuses for seconds. */
const REFUSED_MS = 2_000;
const MOST_REFUSALS = 30;

/** The last event of a turn is one of these; nothing follows it. */
const LAST_EVENTS = new Set(['end', 'choices', 'error']);

const call = async (method, path, body) => {
  const isFilm = body instanceof Blob;
  const type = isFilm ? 'application/octet-stream' : 'application/json';
  let response;
  try {
    response = await fetch(path, {
      method,
      headers: body === undefined ? {} : { 'content-type': type },
      body: body === undefined || isFilm ? body : JSON.stringify(body),
    });
  } catch {
    throw new Refused('unreachable', UNREACHABLE);
  }
  if (response.status === 204) return undefined;
  const answer = await response.json().catch(() => undefined);
  if (response.ok && answer !== undefined) return answer;
  throw new Refused(answer?.error?.code ?? 'unreachable', answer?.error?.message ?? UNREACHABLE);
};

const turnPath = (thread, turn) => `/web/threads/${thread}/turns/${encodeURIComponent(turn)}`;

/** What the page asks of the server; everything fails with a `Refused`. */
export const server = {
  /** The model's name, the samples, the largest film. */
  about: () => call('GET', '/web/about'),

  beginThread: async () => (await call('POST', '/web/threads')).thread,

  forgetThread: (thread) => call('DELETE', `/web/threads/${thread}`),

  /** Bytes of a film; the upload's id waits on the server for the message that names it. */
  sendFilm: async (thread, file) =>
    (await call('POST', `/web/threads/${thread}/films`, file)).upload,

  /** `message` is what wire.ts calls a message; returns the turn's id. */
  say: async (thread, message) =>
    (await call('POST', `/web/threads/${thread}/messages`, message)).turn,

  stop: (thread, turn) => call('POST', `${turnPath(thread, turn)}/stop`),

  choose: async (thread, turn, code) =>
    (await call('POST', `${turnPath(thread, turn)}/choice`, { code })).turn,

  /** `feedback` is what wire.ts calls so. */
  judge: (thread, turn, feedback) => call('POST', `${turnPath(thread, turn)}/feedback`, feedback),

  /** The picture as an address that this page alone can open, for as long as it is open. */
  picture: async (url) => {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok !== true) throw new Refused('unreachable', UNREACHABLE);
    return URL.createObjectURL(await response.blob());
  },

  /**
   * Hands on every event of the turn from its first on, and resolves after the last. A cut connection is opened
   * again, `onConnection(false)` says that it is cut just now, and `onAgain()` that all events come once more.
   */
  follow: (thread, turn, { onEvent, onConnection, onAgain }) =>
    new Promise((resolve) => {
      let wasOpen = false;
      let refusals = 0;
      const listen = () => {
        const source = new EventSource(`${turnPath(thread, turn)}/events`);
        const finish = () => {
          source.close();
          resolve(undefined);
        };
        source.addEventListener('open', () => {
          if (wasOpen) onAgain();
          wasOpen = true;
          refusals = 0;
          onConnection(true);
        });
        source.addEventListener('message', ({ data }) => {
          const event = JSON.parse(data);
          onEvent(event);
          if (LAST_EVENTS.has(event.type)) finish();
        });
        source.addEventListener('error', () => {
          onConnection(false);
          // Otherwise the browser itself tries again.
          if (source.readyState !== EventSource.CLOSED) return;
          refusals += 1;
          if (refusals < MOST_REFUSALS) setTimeout(listen, REFUSED_MS);
          else {
            onEvent({ type: 'error', code: 'turn-unknown', message: GONE, retryable: false });
            finish();
          }
        });
      };
      listen();
    }),
};

import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { setMaxListeners } from 'node:events';
import { STATUS_CODES, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { WetreadError, type ErrorCode } from '../errors.ts';
import type { Logger } from '../log.ts';
import { describeFailure, toHttpFailure } from './http-failure.ts';
import { ownPagesGuards, SECURITY_HEADERS } from './http-guard.ts';

/** A question is a few kilobytes of JSON; a route that takes more (a film) says so itself. */
const BODY_LIMIT_BYTES = 64 * 1024;
/** Characters of one part of a path; a turn's id is made of several other ids. */
const PARAMETER_LIMIT = 500;
/** A whole request must have come by then: 100 MB at 3 Mbit/s, and an end to clients that dribble. */
const REQUEST_TIMEOUT_MS = 5 * 60_000;
/** Responses that are still being sent when the server closes get this long. Streams end at once by themselves. */
const STRAGGLERS_MS = 2_000;
const IDLE_SWEEP_MS = 50;

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks: the key that was shown, by its hash; where none is asked for, the address. */
    asker: string;
  }
}

/** A way in over HTTP. It gets a scope of its own: its parsers, limits and hooks touch nobody else's routes. */
export type HttpAdapter = {
  readonly name: string;
  /**
   * `own-pages`: this server's own pages, and programs that are no browser. Without keys only by a name of this server (Host
   * is checked), with keys only with one of them; never a page of another site (Origin and Sec-Fetch-Site are checked).
   * `anyone`: the adapter itself tells who may call, by a signature, or has nothing to hide.
   */
  readonly access: 'own-pages' | 'anyone';
  /** `closing` aborts when the server begins to close: what streams must end then. */
  register(app: FastifyInstance, closing: AbortSignal): Promise<void>;
};

export type HttpServerOptions = {
  readonly logger: Logger;
  /** The name or address to listen on. */
  readonly host: string;
  /** Further names that a browser may call this server by (a reverse proxy's). */
  readonly names: readonly string[];
  /** What the page and the API ask for; without any, they are for this machine alone. */
  readonly keys?: readonly string[];
  /** What `/ready` shows, asked every time; undefined: no question can be answered now. */
  readonly ready: () => Promise<object | undefined>;
  /** Numbers failures, so that a user's report finds its log line. */
  readonly id: () => string;
};

export interface HttpServer {
  /** Before `listen`. */
  register(adapter: HttpAdapter): Promise<void>;
  /** Port 0 is any free one. `url` ends in "/". Fails with `port-taken` or `address-unusable`. */
  listen(port: number): Promise<{ readonly url: string; readonly port: number }>;
  /** Takes nothing new, ends streams, and is done within about two seconds, whatever clients do. */
  close(): Promise<void>;
  /** The framework's own door for tests: requests without a port. */
  readonly inject: FastifyInstance['inject'];
}

/**
 * The one HTTP server. It is Fastify because its encapsulated scopes give every way in its own rule for keys, Host,
 * body limit and raw body on one port, and because it drains on close.
 */
export const createHttpServer = (options: HttpServerOptions): HttpServer => {
  const { logger, host, ready, id } = options;
  const closing = new AbortController();
  // Every open stream and reply listens: many listeners are no leak.
  setMaxListeners(0, closing.signal);

  const send = async (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const failureId = id();
    const failure = toHttpFailure(error, failureId, request.routeOptions.bodyLimit);
    const isExpected = EXPECTED.has(failure.body.error.code);
    if (failure.status >= 500 && !isExpected)
      logger.error({ id: failureId, err: error }, 'request failed');
    return reply
      .code(failure.status)
      .headers(failure.headers)
      .type('application/json')
      .send(failure.body);
  };

  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    routerOptions: { maxParamLength: PARAMETER_LIMIT },
    requestTimeout: REQUEST_TIMEOUT_MS,
    return503OnClosing: false,
    frameworkErrors: (error, request, reply) => void send(error, request, reply),
    clientErrorHandler: refuseBrokenRequest,
  });

  app.decorateRequest('asker', '');
  app.addHook('onRequest', async (request, reply) => {
    request.asker = request.ip;
    reply.headers(SECURITY_HEADERS);
    if (!closing.signal.aborted) return;
    reply.header('connection', 'close');
    throw new WetreadError('closing');
  });
  app.addHook('onResponse', async (request, reply) => logRequest(logger, request, reply));
  app.setErrorHandler(send);
  app.setNotFoundHandler(async () => {
    throw new WetreadError('route-unknown');
  });

  app.get('/health', async () => ({ status: 'ok' }));
  app.get('/ready', async () => {
    const state = await ready();
    if (state === undefined) throw new WetreadError('not-ready');
    return { status: 'ready', ...state };
  });

  return {
    inject: app.inject.bind(app) as FastifyInstance['inject'],

    register: async (adapter) => {
      await app.register(async (scope) => {
        if (adapter.access === 'own-pages')
          for (const guard of ownPagesGuards(host, options)) scope.addHook('onRequest', guard);
        await adapter.register(scope, closing.signal);
      });
    },

    listen: async (port) => {
      await app.ready();
      // Fastify would open a second server for ::1, whose connections could not be closed from here.
      const address = host === 'localhost' ? '127.0.0.1' : host;
      try {
        await app.listen({ host: address, port });
      } catch (error) {
        throw toListenError(error, host, port);
      }
      const bound = app.server.address();
      const boundPort = bound !== null && typeof bound === 'object' ? bound.port : port;
      const shown = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
      return { url: `http://${shown}:${boundPort}/`, port: boundPort };
    },

    close: async () => {
      closing.abort();
      const closed = app.close();
      // Node looks for idle connections once, at the start; those that become idle later would hold the server up.
      const sweep = setInterval(() => app.server.closeIdleConnections(), IDLE_SWEEP_MS);
      const cut = setTimeout(() => app.server.closeAllConnections(), STRAGGLERS_MS);
      try {
        await closed;
      } finally {
        clearInterval(sweep);
        clearTimeout(cut);
      }
    },
  };
};

/** What a server that starts or ends says to everybody who asks. */
const EXPECTED: ReadonlySet<string> = new Set(['not-ready', 'closing'] satisfies ErrorCode[]);

/** What machines ask every few seconds: too much for a log. */
const PROBES: ReadonlySet<string> = new Set(['/health', '/ready', '/metrics']);

/** Method, route pattern, status and time; an address holds ids and a body holds words, so neither is logged. */
const logRequest = (logger: Logger, request: FastifyRequest, reply: FastifyReply): void => {
  const facts = {
    method: request.method,
    route: request.routeOptions.url ?? 'unknown',
    status: reply.statusCode,
    durationMs: Math.round(reply.elapsedTime),
  };
  const probe = PROBES.has(facts.route);
  logger[probe ? 'debug' : 'info'](facts, 'request');
};

const UNUSABLE_ADDRESS: ReadonlySet<unknown> = new Set([
  'EADDRNOTAVAIL',
  'EACCES',
  'EAI_AGAIN',
  'EINVAL',
  'ENOTFOUND',
]);

const toListenError = (error: unknown, host: string, port: number): unknown => {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return new WetreadError('port-taken', { port });
  return UNUSABLE_ADDRESS.has(code) ? new WetreadError('address-unusable', { host }) : error;
};

/** What Node's parser says of a request that never became one. */
const ERROR_OF_PARSER_CODE: Readonly<Record<string, 'headers-too-large' | 'request-timeout'>> = {
  HPE_HEADER_OVERFLOW: 'headers-too-large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
};

/** What is not HTTP at all has no request to answer: the refusal is written to the socket. */
function refuseBrokenRequest(
  error: Error & { readonly code?: string },
  socket: Socket & { _httpMessage?: ServerResponse },
): void {
  if (!socket.writable || socket._httpMessage?.headersSent === true) {
    socket.destroy();
    return;
  }
  const known = ERROR_OF_PARSER_CODE[error.code ?? ''];
  const failure = describeFailure(
    known === undefined
      ? new WetreadError('request-invalid', { problem: 'it is not HTTP' })
      : new WetreadError(known),
  );
  const body = JSON.stringify(failure.body);
  socket.end(
    `HTTP/1.1 ${failure.status} ${STATUS_CODES[failure.status]}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}

import type { IncomingMessage, ServerResponse } from 'node:http';
import { fail, readBytes, tokenOf } from './api.ts';
import type { Faults } from '../faults.ts';
import type { World } from './world.ts';

const LOGIN_PAGE = `<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to Slack</body></html>`;

/** Of a preview: anything less than the whole. */
const PREVIEW_BYTES = 100;

/** One request for bytes, as it arrived. */
export type FileRequest = {
  readonly host: 'slack' | 'elsewhere';
  readonly file: string;
  /** The token it carried. */
  readonly token: string | undefined;
  outcome: 'bytes' | 'login-page' | 'not-ready' | 'redirect' | 'fault';
};

export type FileHostOptions = {
  readonly world: World;
  readonly faults: Faults;
  readonly botToken: string;
  readonly sleep: (ms: number) => Promise<void>;
};

/** Slack's upload and download addresses, and the host of somebody else where external files are. */
export class FileHost {
  readonly requests: FileRequest[] = [];
  readonly #options: FileHostOptions;

  constructor(options: FileHostOptions) {
    this.#options = options;
  }

  /** An address from `files.getUploadURLExternal`: it needs no token. */
  async upload(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { world, faults, sleep } = this.#options;
    const body = await readBytes(request);
    if (body === undefined) return;
    const fault = faults.next('upload');
    const file = world.workspace.files.get(id);
    if (fault !== undefined && !(fault.kind === 'cut' && fault.done) && fault.kind !== 'slow') {
      fail(response, fault);
      return;
    }
    const length = Number(new URL(request.url ?? '', world.url).searchParams.get('length'));
    const bytes = bytesOf(body, request.headers['content-type']);
    if (file === undefined || bytes.length !== length) {
      response.writeHead(400).end('invalid length');
      return;
    }
    file.bytes = bytes;
    if (fault?.kind === 'slow') await sleep(fault.ms);
    if (fault?.kind === 'cut') response.destroy();
    else response.writeHead(200).end(`OK - ${bytes.length}`);
  }

  /** Without the right token or scope Slack answers 200 and a page to sign in. */
  async download(id: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { world, faults, botToken, sleep } = this.#options;
    const token = tokenOf(request);
    const seen: FileRequest = { host: 'slack', file: id, token, outcome: 'bytes' };
    this.requests.push(seen);
    const fault = faults.next('download');
    if (fault?.kind === 'slow') await sleep(fault.ms);
    else if (fault !== undefined) {
      seen.outcome = 'fault';
      fail(response, fault);
      return;
    }
    const { scopes, installed, loginPages } = world.behaviour;
    if (loginPages || token !== botToken || installed !== 'yes' || !scopes.has('files:read')) {
      seen.outcome = 'login-page';
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(LOGIN_PAGE);
      return;
    }
    const file = world.workspace.files.get(id);
    if (file !== undefined && file.readyAt > world.workspace.now()) {
      seen.outcome = 'not-ready';
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not ready</html>');
      return;
    }
    if (file?.astray === 'redirect') {
      seen.outcome = 'redirect';
      response.writeHead(302, { location: `${world.elsewhere}/shared/${id}` }).end();
      return;
    }
    this.#send(id, response);
  }

  preview(id: string, response: ServerResponse): void {
    const bytes = this.#options.world.workspace.files.get(id)?.bytes ?? [];
    response.writeHead(200, { 'content-type': 'image/png' }).end(bytes.slice(0, PREVIEW_BYTES));
  }

  /** Anybody may have it; a token that comes along is seen, and must not. */
  elsewhere(id: string, request: IncomingMessage, response: ServerResponse): void {
    this.requests.push({ host: 'elsewhere', file: id, token: tokenOf(request), outcome: 'bytes' });
    this.#send(id, response);
  }

  #send(id: string, response: ServerResponse): void {
    const file = this.#options.world.workspace.files.get(id);
    if (file === undefined || file.deleted) {
      response.writeHead(404, { 'content-type': 'text/html' }).end('<html>not found</html>');
      return;
    }
    response.writeHead(200, {
      'content-type': file.mimetype === '' ? 'application/octet-stream' : file.mimetype,
      'content-length': file.bytes.length,
    });
    response.end(file.bytes);
  }
}

/** Raw bytes, or the one file of a form. */
const bytesOf = (body: Buffer, type = ''): Uint8Array => {
  const boundary = /^multipart\/form-data;.*boundary="?([^";]+)"?/.exec(type)?.[1];
  if (boundary === undefined) return body;
  const start = body.indexOf('\r\n\r\n') + 4;
  const end = body.indexOf(`\r\n--${boundary}`, start);
  return body.subarray(start, end);
};

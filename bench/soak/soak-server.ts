import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Sabotage } from './sabotage.ts';

export type SoakStore =
  | { readonly kind: 'lmdb'; readonly directory: string }
  | { readonly kind: 'redis'; readonly url: string };

/** What the server process is told. */
export type ServerOptions = {
  readonly platformUrl: string;
  readonly store: SoakStore;
  readonly seed: number;
  readonly sabotage: Sabotage | undefined;
};

const PROGRAM = fileURLToPath(new URL('serve-soak.ts', import.meta.url));
/** A server that has not ended by then after SIGTERM hangs. */
const STOP_MS = 20_000;

/** The process that is killed: it starts with other chances each time. */
export class SoakServer {
  readonly #options: ServerOptions;
  #child: ChildProcess | undefined;
  #starts = 0;
  /** It ended without being told to, and how. */
  #ended: string | undefined;
  #ready: Promise<unknown> = Promise.resolve();

  constructor(options: ServerOptions) {
    this.#options = options;
  }

  /** Resolves once the process runs; it has not opened its stores by then. */
  async start(): Promise<void> {
    this.#failIfEnded();
    this.#starts += 1;
    const seed = this.#options.seed * 1_000_003 + this.#starts;
    const child = fork(PROGRAM, [JSON.stringify({ ...this.#options, seed })], {
      execArgv: ['--import', 'tsx'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.once('exit', (code, signal) => {
      if (this.#child === child) this.#ended = `the server ended by itself (${code ?? signal})`;
    });
    this.#child = child;
    this.#ready = Promise.race([once(child, 'message'), once(child, 'exit')]);
    await once(child, 'spawn');
  }

  /** Resolves once it listens to the platform, or has ended. */
  async ready(): Promise<void> {
    await this.#ready;
    this.#failIfEnded();
  }

  /** SIGKILL: whatever it was doing. */
  async kill(): Promise<void> {
    const child = this.#leave();
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** SIGTERM, as an operator stops it. Fails when it does not end well. */
  async stop(): Promise<void> {
    const child = this.#leave();
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    const killing = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    const [code, signal] = (await ended) as [number | null, string | null];
    clearTimeout(killing);
    if (code !== 0) throw new Error(`the server was told to stop and ended with ${code ?? signal}`);
  }

  #leave(): ChildProcess {
    this.#failIfEnded();
    const child = this.#child;
    if (child === undefined) throw new Error('the server was not started');
    this.#child = undefined;
    return child;
  }

  #failIfEnded(): void {
    if (this.#ended !== undefined) throw new Error(this.#ended);
  }
}

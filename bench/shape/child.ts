import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A process that takes one order at a time and answers each; its first message says that it is ready. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;

  constructor(file: string, args: readonly string[], env = process.env) {
    this.#name = file;
    const path = fileURLToPath(new URL(file, import.meta.url));
    const execArgv = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
    this.#process = fork(path, [...args], {
      execArgv,
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
  }

  /** The next message. */
  async hear<Message>(): Promise<Message> {
    const stop = new AbortController();
    const options = { signal: stop.signal };
    try {
      const [message] = (await Promise.race([
        once(this.#process, 'message', options),
        once(this.#process, 'exit', options).then(([code]) => {
          throw new Error(`${this.#name} ended with ${code}`);
        }),
      ])) as [Message];
      return message;
    } finally {
      stop.abort();
    }
  }

  async ask<Answer>(order: object): Promise<Answer> {
    const answer = this.hear<Answer>();
    this.#process.send(order);
    return answer;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exited = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exited;
  }
}

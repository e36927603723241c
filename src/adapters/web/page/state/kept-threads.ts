/** A thread as this browser knows it: with its id the server gives everything else. */
export type KeptThread = {
  readonly id: string;
  readonly title: string;
  /** Of the last question; milliseconds since the epoch. */
  readonly at: number;
  readonly turns: readonly KeptTurn[];
};

export type KeptTurn = {
  readonly turn: string;
  readonly asked: string;
  /** Whose film came with it, when it was one of ours. */
  readonly credit?: string;
};

const KEY = 'wetread-threads';
const SHOWN_KEY = 'wetread-thread';

/** More than anybody looks through. */
const MOST_THREADS = 50;

/** A new tab goes on with what was just talked about; what is older than a coffee is found in the list. */
const GO_ON_MS = 60 * 60_000;

/**
 * The threads of this browser, shared by its tabs, and which of them this tab shows. Films and answers stay on the
 * server. Where the browser keeps nothing everything works, but a reload begins anew.
 */
export class KeptThreads {
  #threads: readonly KeptThread[] = [];

  constructor() {
    this.#threads = this.#read();
  }

  /** The newest first. */
  get all(): readonly KeptThread[] {
    return this.#threads;
  }

  /** One of which nothing is left is dropped. */
  put(thread: KeptThread): void {
    if (thread.turns.length === 0) return this.drop(thread.id);
    const others = this.#read().filter(({ id }) => id !== thread.id);
    this.#write([thread, ...others].slice(0, MOST_THREADS));
  }

  drop(id: string): void {
    this.#write(this.#read().filter((thread) => thread.id !== id));
  }

  /** Drops what the server has dropped by now. */
  dropOlderThan(keptMs: number): void {
    const since = Date.now() - keptMs;
    if (this.#threads.some(({ at }) => at < since))
      this.#write(this.#read().filter(({ at }) => at >= since));
  }

  /** The thread to begin with: this tab's own, else the last one, if that was only just now. */
  get toShow(): KeptThread | undefined {
    const own = stored(sessionStorageOrNone(), SHOWN_KEY);
    if (own !== undefined) return this.#threads.find(({ id }) => id === own);
    const [last] = this.#threads;
    return last !== undefined && Date.now() - last.at < GO_ON_MS ? last : undefined;
  }

  /** Which thread this tab shows; undefined: a new one. */
  show(id: string | undefined): void {
    store(sessionStorageOrNone(), SHOWN_KEY, id ?? '');
  }

  /** Tells of what another tab has changed. */
  onOthersChange(listener: () => void): void {
    addEventListener('storage', ({ key }) => {
      if (key !== KEY && key !== null) return;
      this.#threads = this.#read();
      listener();
    });
  }

  #read(): readonly KeptThread[] {
    const text = stored(localStorageOrNone(), KEY);
    if (text === undefined) return this.#threads;
    try {
      const threads = JSON.parse(text) as unknown;
      return Array.isArray(threads) ? (threads as KeptThread[]).filter(isKept) : [];
    } catch {
      return [];
    }
  }

  #write(threads: readonly KeptThread[]): void {
    this.#threads = threads;
    store(localStorageOrNone(), KEY, JSON.stringify(threads));
  }
}

const isKept = (thread: Partial<KeptThread> | null): boolean =>
  typeof thread?.id === 'string' && typeof thread.at === 'number' && Array.isArray(thread.turns);

/** Even asking for a storage fails where it is switched off. */
const localStorageOrNone = (): Storage | undefined => {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
};
const sessionStorageOrNone = (): Storage | undefined => {
  try {
    return sessionStorage;
  } catch {
    return undefined;
  }
};

const stored = (storage: Storage | undefined, key: string): string | undefined =>
  storage?.getItem(key) ?? undefined;

const store = (storage: Storage | undefined, key: string, value: string): void => {
  try {
    storage?.setItem(key, value);
  } catch {
    // It is full.
  }
};

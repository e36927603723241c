import type { Server } from './server.ts';
import type { ShownFilm } from './turn.ts';

const ALT_TEXT = 'The film that is talked about';

/** Films as the server has them, each fetched once for as long as the page is open. */
export class FilmCache {
  readonly #server: Server;
  readonly #films = new Map<string, ShownFilm>();
  /** By turn: what is on its way, or came. */
  readonly #asked = new Map<string, Promise<ShownFilm | undefined>>();
  readonly #credits = new Map<string, string>();

  constructor(server: Server) {
    this.#server = server;
  }

  /** The film of a turn; `name`, where it is known already, saves asking. */
  async get(thread: string, turn: string, name?: string): Promise<ShownFilm | undefined> {
    const known = name === undefined ? undefined : this.#films.get(name);
    if (known !== undefined) return known;
    const asked = await this.#asked.get(turn);
    // Asked for too early, the film may not have been known.
    if (asked !== undefined && (name ?? asked.key) === asked.key) return asked;
    const asking = this.#server.film(thread, turn).then((film) => film && this.#keep(film));
    this.#asked.set(
      turn,
      asking.catch(() => undefined),
    );
    return asking;
  }

  /** Whose film it is goes with it, under the name that the server gives it. */
  credit(name: string, credit: string | undefined): void {
    if (credit === undefined || this.#credits.has(name)) return;
    this.#credits.set(name, credit);
    const film = this.#films.get(name);
    if (film !== undefined) this.#films.set(name, { ...film, credit });
  }

  #keep({ name, bytes }: { readonly name: string; readonly bytes: Blob }): ShownFilm {
    const known = this.#films.get(name);
    if (known !== undefined) return known;
    const credit = this.#credits.get(name);
    const film = {
      key: name,
      url: URL.createObjectURL(bytes),
      altText: ALT_TEXT,
      ...(credit === undefined ? {} : { credit }),
    };
    this.#films.set(name, film);
    return film;
  }
}

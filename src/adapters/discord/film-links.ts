/** Links that are remembered at the same time: those of films that were told of just now. */
const MOST = 1_000;

/** Addresses of attachments as they were told: they hold names of files and are good for a day, so they are kept nowhere. */
export class FilmLinks {
  readonly #links = new Map<string, string>();

  remember({ id, url }: { readonly id: string; readonly url: string }): void {
    const [oldest] = this.#links.keys();
    if (this.#links.size >= MOST && oldest !== undefined) this.#links.delete(oldest);
    this.#links.set(id, url);
  }

  /** Once: a link that did not lead to the film would not the next time. */
  take(id: string): string | undefined {
    const url = this.#links.get(id);
    this.#links.delete(id);
    return url;
  }
}

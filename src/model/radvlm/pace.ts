/** Weight of the newest measurement: a pace follows a neighbour that comes or goes within a few steps. */
const NEWEST = 0.3;

/** Without a pace a film's tokens count half when they are seen and half when they are read. */
const HALF = 0.5;

/**
 * How fast this machine reads, from the steps it has taken: what a step waited for others' steps is in it, since that is
 * what a user waits.
 */
export class Pace {
  #tileMs: number | undefined;
  #tokenMs: number | undefined;

  /** A tile has gone through the tower. */
  tile(ms: number): void {
    this.#tileMs = follow(this.#tileMs, ms);
  }

  /** So many tokens of a prompt have gone through the decoder. */
  tokens(count: number, ms: number): void {
    this.#tokenMs = follow(this.#tokenMs, ms / count);
  }

  /** What is left of reading, in ms; undefined until there is a pace to go by. */
  leftMs(tiles: number, tokens: number): number | undefined {
    if ((tiles > 0 && this.#tileMs === undefined) || this.#tokenMs === undefined) return undefined;
    return tiles * (this.#tileMs ?? 0) + tokens * this.#tokenMs;
  }

  /** The tower's share of reading a film, 0...1. */
  towerShare(tiles: number, tokens: number): number {
    if (this.#tileMs === undefined || this.#tokenMs === undefined) return HALF;
    const [tower, decoder] = [tiles * this.#tileMs, tokens * this.#tokenMs];
    return tower + decoder === 0 ? HALF : tower / (tower + decoder);
  }
}

const follow = (known: number | undefined, ms: number): number =>
  known === undefined ? ms : known + NEWEST * (ms - known);

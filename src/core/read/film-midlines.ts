import type { Film } from '../film.ts';
import { parseBoxes } from '../grounding/box-stream.ts';
import { midlineOf, type Midline } from '../grounding/midline.ts';
import type { Box } from '../film.ts';
import type { Profile } from '../profile/profile.ts';
import type { ReplyEvent } from '../reply.ts';
import type { Asking } from './asking.ts';

/** Films whose midline is remembered. Each costs two short questions again when it is forgotten; a midline is a number. */
const MOST_FILMS = 1_000;

/**
 * The films' own midlines, midway between the model's two lung boxes, asked once a film. All that a reading
 * remembers: it follows from the film and the model alone.
 */
export class FilmMidlines {
  readonly #profile: Profile;
  /** Oldest use first. */
  readonly #known = new Map<string, Midline | null>();

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  /** Undefined: has not been asked yet. null: the model found no pair of lungs. */
  known(film: Film): Midline | null | undefined {
    return this.#known.get(film.sha256);
  }

  async *find(film: Film, asking: Asking): AsyncGenerator<ReplyEvent, Midline | null> {
    const known = this.#known.get(film.sha256);
    if (known !== undefined) {
      this.#remember(film, known);
      return known;
    }
    const right = this.#boxIn(yield* asking.ofTheFilmAlone(this.#profile.locate('right lung')));
    const left = this.#boxIn(yield* asking.ofTheFilmAlone(this.#profile.locate('left lung')));
    const midline = right === undefined || left === undefined ? null : midlineOf(right, left);
    this.#remember(film, midline);
    return midline;
  }

  #boxIn(answer: string): Box | undefined {
    const { places } = parseBoxes(answer, {
      scale: this.#profile.boxScale,
      shown: true,
      firstNumber: 1,
      subject: 'lung',
      objection: () => null,
    });
    return places[0]?.box;
  }

  #remember(film: Film, midline: Midline | null): void {
    this.#known.delete(film.sha256);
    this.#known.set(film.sha256, midline);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_FILMS && oldest !== undefined) this.#known.delete(oldest);
  }
}

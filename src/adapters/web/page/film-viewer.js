import { byId } from './element.js';
import { wireLargePicture } from './large-picture.js';

/** @typedef {{ url: string, altText: string, credit?: string }} Shown `credit`: whose film it is */

const UNSHOWN =
  'This browser cannot show this kind of picture. Wetread can still read it, and shows what it drew.';
const NOT_KEPT =
  'Films are not kept in this page. Ask on; the next picture with boxes is shown here.';

/** Shows the film and the latest picture of it with boxes; knows nothing of threads. */
export class FilmViewer {
  #picture = byId('film-picture');
  #large = wireLargePicture();
  /** @type {Shown | null} */
  #film = null;
  /** @type {Shown | null} */
  #annotated = null;
  #isAnnotatedShown = false;

  constructor() {
    this.#picture.addEventListener('error', () => this.#sayInstead(UNSHOWN));
    byId('show-film').addEventListener('click', () => this.#show(false));
    byId('show-annotated').addEventListener('click', () => this.#show(true));
    byId('enlarge').addEventListener('click', () => {
      const isSavable = this.#isAnnotatedShown;
      const shown = isSavable ? this.#annotated : this.#film;
      if (shown !== null) this.#large.open(shown, { isSavable });
    });
  }

  /** The film that the next answers are about. */
  showFilm(film) {
    this.#film = film;
    this.#annotated = null;
    this.#show(false);
  }

  /** The film with boxes. */
  showAnnotated(annotated) {
    this.#annotated = annotated;
    this.#show(true);
  }

  /** For a thread that goes on after a reload: its film is not in the page any more. */
  showNotKept() {
    this.#show(false);
    this.#sayInstead(NOT_KEPT);
  }

  /** A picture of the thread, which is ours and can be saved. */
  enlarge(shown) {
    this.#large.open(shown, { isSavable: true });
  }

  clear() {
    this.#film = null;
    this.#annotated = null;
    this.#picture.removeAttribute('src');
    this.#showPlaces(false);
  }

  #show(isAnnotated) {
    const shown = isAnnotated ? this.#annotated : this.#film;
    this.#isAnnotatedShown = isAnnotated;
    byId('show-film').ariaPressed = String(!isAnnotated);
    byId('show-annotated').ariaPressed = String(isAnnotated);
    byId('show-film').disabled = this.#film === null;
    byId('show-annotated').disabled = this.#annotated === null;
    byId('download').hidden = this.#annotated === null;
    byId('download').href = this.#annotated?.url ?? '';
    byId('film-credit').textContent = this.#film?.credit ?? '';
    byId('film-unshown').hidden = true;
    byId('enlarge').hidden = shown === null;
    this.#showPlaces(true);
    if (shown !== null) Object.assign(this.#picture, { src: shown.url, alt: shown.altText });
  }

  #showPlaces(hasFilm) {
    byId('no-film').hidden = hasFilm;
    byId('film').hidden = !hasFilm;
    byId('film-tools').hidden = !hasFilm;
  }

  #sayInstead(sentence) {
    byId('film-unshown').textContent = sentence;
    byId('film-unshown').hidden = false;
    byId('enlarge').hidden = true;
  }
}

import { byId } from './element.js';

/** Shows the film and the latest picture of it with boxes; knows nothing of threads. */
export const createFilmViewer = () => {
  const picture = byId('film-picture');
  const showFilm = byId('show-film');
  const showAnnotated = byId('show-annotated');
  const download = byId('download');
  const large = byId('large');
  /** @typedef {{ url: string, altText: string, credit?: string }} Shown */
  /** @type {Shown | null} */
  let film = null;
  /** @type {Shown | null} */
  let annotated = null;

  const show = (which) => {
    const shown = which === 'annotated' && annotated !== null ? annotated : film;
    showFilm.setAttribute('aria-pressed', String(shown === film));
    showAnnotated.setAttribute('aria-pressed', String(shown !== film));
    showFilm.disabled = film === null;
    showAnnotated.disabled = annotated === null;
    byId('film-unshown').hidden = true;
    byId('enlarge').hidden = shown === null;
    byId('film-credit').textContent = film?.credit ?? '';
    if (shown === null) return;
    picture.src = shown.url;
    picture.alt = shown.altText;
  };

  const open = (shown, isAnnotated) => {
    const image = large.querySelector('img');
    image.src = shown.url;
    image.alt = shown.altText;
    const link = large.querySelector('a');
    link.href = shown.url;
    link.hidden = !isAnnotated;
    link.download = 'annotated-film.png';
    large.showModal();
  };

  picture.addEventListener('error', () => {
    byId('film-unshown').hidden = false;
    byId('enlarge').hidden = true;
  });
  showFilm.addEventListener('click', () => show('film'));
  showAnnotated.addEventListener('click', () => show('annotated'));
  byId('enlarge').addEventListener('click', () => {
    const isAnnotated = showAnnotated.getAttribute('aria-pressed') === 'true';
    open(isAnnotated ? annotated : film, isAnnotated);
  });
  large.addEventListener('click', (event) => {
    if (event.target.closest('a') === null) large.close();
  });

  return {
    /** `{ url, altText, credit? }` of the film that the next answers are about. */
    showFilm: (next) => {
      film = next;
      annotated = null;
      download.hidden = true;
      byId('no-film').hidden = true;
      byId('film').hidden = false;
      byId('film-tools').hidden = false;
      show('film');
    },

    /** `{ url, altText }` of the film with boxes. */
    showAnnotated: (next) => {
      annotated = next;
      download.href = next.url;
      download.hidden = false;
      byId('no-film').hidden = true;
      byId('film').hidden = false;
      byId('film-tools').hidden = false;
      show('annotated');
    },

    enlarge: (shown) => open(shown, true),

    clear: () => {
      film = null;
      annotated = null;
      picture.removeAttribute('src');
      byId('no-film').hidden = false;
      byId('film').hidden = true;
      byId('film-tools').hidden = true;
    },
  };
};

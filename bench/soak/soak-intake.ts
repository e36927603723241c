import { createHash } from 'node:crypto';
import type { Film } from '../../src/core/film.ts';
import type { Intake } from '../../src/core/intake/intake.ts';
import { ODD_FILM } from './script.ts';
import { NOTHING_BEFORE } from '../../test/support/no-text.ts';

/** The bytes of a file are its film's name; an odd one is asked about. Looks at no pixels. */
export const createSoakIntake = (): Intake => ({
  async take(bytes, { choose }) {
    const film = filmOf(bytes);
    if (!new TextDecoder().decode(bytes).startsWith(ODD_FILM) || choose === 'read')
      return { outcome: 'accepted', film, notices: [], removed: [] };
    return {
      outcome: 'question',
      film,
      removed: [],
      before: NOTHING_BEFORE,
      event: {
        type: 'choices',
        private: false,
        question: 'This does not look like a frontal chest film. Read it all the same?',
        refused: false,
        options: [{ code: 'read', text: 'Read it' }],
        picture: null,
      },
    };
  },
});

const filmOf = (png: Uint8Array): Film => ({
  sha256: createHash('sha256').update(png).digest('hex'),
  width: 100,
  height: 200,
  channels: 1,
  png,
});

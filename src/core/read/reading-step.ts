import type { Film } from '../film.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import type { Profile } from '../profile/profile.ts';
import type { Exchange } from '../reply.ts';
import type { Asking } from './asking.ts';
import type { FilmMidlines } from './film-midlines.ts';
import type { ReplyDraft } from './reply-draft.ts';

/** What every step of making one reply works with. */
export type ReadingStep = {
  readonly film: Film;
  readonly history: readonly Exchange[];
  readonly profile: Profile;
  readonly lexicon: Lexicon;
  readonly midlines: FilmMidlines;
  readonly asking: Asking;
  readonly draft: ReplyDraft;
};

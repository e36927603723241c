import type { Film } from '../film.ts';
import type { BoxStreamOptions, Candidate } from '../grounding/box-stream.ts';
import { checkSide } from '../grounding/check-side.ts';
import { hasNoSide } from '../grounding/has-no-side.ts';
import type { Midline } from '../grounding/midline.ts';
import { numberBox } from '../grounding/number-box.ts';
import type { LeftOut, Place } from '../grounding/place.ts';
import type { Profile } from '../profile/profile.ts';
import { noticeOf } from './notices.ts';
import type { ReplyDraft } from './reply-draft.ts';

export type PlaceRules = {
  readonly profile: Profile;
  readonly draft: ReplyDraft;
  /** What was asked about: names a box without a name, and may name a side. */
  readonly subject: string;
  /** false: no place of this answer is shown. */
  readonly shown: boolean;
  /** Asked when a box is whole; undefined as long as it has not been asked for. */
  readonly midline: () => Midline | null | undefined;
  /** Whether the answer so far denies what was asked about. */
  readonly denied: () => boolean;
};

/** How the boxes of an answer are judged: none of what is denied, none on the other side than the words say. */
export const boxRules = (rules: PlaceRules): BoxStreamOptions => ({
  scale: rules.profile.boxScale,
  shown: rules.shown,
  firstNumber: rules.draft.nextNumber,
  subject: rules.subject,
  objection: ({ box, label, words }: Candidate) => {
    if (rules.denied()) return 'withheld';
    const midline = rules.midline() ?? null;
    // The model's words may be right about a box that is on the other side than was asked for; both count.
    const agrees = [[label, words], [rules.subject]].every(
      (said) => checkSide({ box, midline, label, words: said }).agrees,
    );
    return agrees ? null : 'side';
  },
});

/** Adds the boxes that are shown to the reply, and notes what was left out and why. */
export const addPlaces = (
  draft: ReplyDraft,
  film: Film,
  midline: Midline | null,
  { places, leftOut }: { readonly places: readonly Place[]; readonly leftOut: readonly LeftOut[] },
): void => {
  draft.boxes.push(...places.map((place) => numberBox(place, film, midline)));
  if (midline === null && places.some(({ label }) => !hasNoSide(label))) {
    draft.note(noticeOf('sides-unknown'));
  }
  for (const { fault, label } of leftOut) noteFault(draft, fault, label);
};

const noteFault = (draft: ReplyDraft, fault: LeftOut['fault'], label: string): void => {
  switch (fault) {
    case 'side':
      draft.note(noticeOf('side-withheld', { label }));
      break;
    case 'too-many':
      draft.note(noticeOf('box-limit'));
      break;
    case 'outside':
    case 'not-ordered':
    case 'empty':
    case 'unfinished':
      draft.note(noticeOf('box-invalid'));
      break;
    // A repeated box is shown once; what is withheld has its own notice, or was denied in words.
    case 'repeated':
    case 'withheld':
      break;
  }
};

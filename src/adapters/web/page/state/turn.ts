import { signal } from '@preact/signals';
import type { Feedback } from '../../../../core/conversation.ts';
import type { MessageBody } from '../../wire.ts';
import { NEW_TURN, type TurnState } from './turn-state.ts';

/** A film as it stands in the viewer. `key` is the same for the same film. */
export type ShownFilm = {
  readonly key: string;
  readonly url: string;
  readonly altText: string;
  /** Whose film it is. */
  readonly credit?: string;
};

/** A film that somebody has picked and that is not said anything about yet. */
export type PickedFilm = ShownFilm &
  (
    | { readonly file: Blob; readonly sample?: undefined }
    | { readonly sample: string; readonly file?: undefined }
  );

/** What was said, so that it can be said once more. */
export type Said = {
  readonly message: Pick<MessageBody, 'ask'> & { readonly text?: string };
  readonly film: PickedFilm | undefined;
};

/** A question and its reply on the page. */
export class Turn {
  /** Its name on the server. */
  readonly name: string;
  readonly asked: string;
  /** undefined: said in another tab, or before a reload. */
  readonly said: Said | undefined;
  readonly state = signal<TurnState>(NEW_TURN);
  /** 'opening': it is on its way; 'as-before': that of the turn before. */
  readonly film = signal<ShownFilm | 'opening' | 'as-before'>('opening');
  /** What was judged here: a box by its number, or 'reply'. */
  readonly judged = signal<ReadonlyMap<number | 'reply', Feedback['kind']>>(new Map());
  /** The answer to its question. */
  readonly chosen = signal<string | undefined>(undefined);

  constructor(name: string, asked: string, said?: Said) {
    this.name = name;
    this.asked = asked;
    this.said = said;
  }
}

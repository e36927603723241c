import type { NumberedBox } from '../../../../core/film.ts';
import type { Notice, Status } from '../../../../core/reply.ts';
import type { PageEvent, PageFilm, PagePicture } from '../../page-event.ts';

type Question = Omit<Extract<PageEvent, { type: 'choices' }>, 'type' | 'film'>;

/** A question and its reply as far as it has come. */
export type TurnState = {
  readonly phase: 'sending' | 'running' | 'answered' | 'asking' | 'failed';
  readonly status: Status | undefined;
  readonly isConnected: boolean;
  /** Said before the answer, about all of it. */
  readonly firstNotices: readonly Notice[];
  readonly text: string;
  readonly notices: readonly Notice[];
  readonly boxes: readonly NumberedBox[];
  /** The film with the boxes, or what a question is about. */
  readonly picture: PagePicture | undefined;
  readonly question: Question | undefined;
  /** The film that it is about, once that is sure; null: none that is still kept. */
  readonly film: PageFilm | null | undefined;
  readonly ending: 'stop' | 'length' | 'stopped' | undefined;
  readonly failure: Omit<Extract<PageEvent, { type: 'error' }>, 'type'> | undefined;
  /** Of the model, not help or a refusal: there is something to judge. */
  readonly isModels: boolean;
};

export const NEW_TURN: TurnState = {
  phase: 'sending',
  status: undefined,
  isConnected: true,
  firstNotices: [],
  text: '',
  notices: [],
  boxes: [],
  picture: undefined,
  question: undefined,
  film: undefined,
  ending: undefined,
  failure: undefined,
  isModels: false,
};

export const isOver = ({ phase }: TurnState): boolean => phase !== 'sending' && phase !== 'running';

/** The state after one more event of the reply. */
export const withEvent = (state: TurnState, event: PageEvent): TurnState => {
  const running = { ...state, phase: 'running' } as const;
  switch (event.type) {
    case 'status':
      return { ...running, status: event };
    case 'text-delta':
      return { ...running, text: state.text + event.text };
    case 'notice':
      return state.text === ''
        ? { ...running, firstNotices: [...state.firstNotices, event] }
        : { ...running, notices: [...state.notices, event] };
    case 'image':
      return { ...running, picture: event };
    case 'choices':
      return {
        ...state,
        phase: 'asking',
        question: event,
        picture: event.picture ?? undefined,
        film: event.film,
      };
    case 'end':
      return ended(state, event);
    case 'error':
      return { ...state, phase: 'failed', failure: event };
  }
};

const ended = (
  state: TurnState,
  { reply, film }: Extract<PageEvent, { type: 'end' }>,
): TurnState => ({
  ...state,
  phase: 'answered',
  text: reply.text,
  boxes: reply.boxes,
  picture: reply.annotated ?? state.picture,
  film,
  ending: reply.finishReason,
  isModels: reply.exchange !== null,
});

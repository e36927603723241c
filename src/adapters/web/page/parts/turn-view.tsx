import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Notice } from '../../../../core/reply.ts';
import { server } from '../state/server.ts';
import { type TurnState, isOver } from '../state/turn-state.ts';
import type { Turn } from '../state/turn.ts';
import { Answer } from './answer.tsx';
import { Choices } from './choices.tsx';
import { CopyButton } from './copy-button.tsx';
import { ReplyFeedback } from './feedback.tsx';
import { Icon } from './icon.tsx';
import { Picture } from './picture.tsx';
import { useRoom } from './room.ts';
import { StatusLine } from './status-line.tsx';

const ENDINGS: Readonly<Record<NonNullable<TurnState['ending']>, string | undefined>> = {
  stop: undefined,
  stopped: 'Stopped.',
  length: 'The answer ends here because it reached its longest length.',
};

/** One question and its reply. */
export const TurnView = ({ turn }: { readonly turn: Turn }) => {
  const state = turn.state.value;
  const ending = state.ending === undefined ? undefined : ENDINGS[state.ending];
  const notices =
    ending === undefined ? state.notices : [{ code: 'ending', text: ending }, ...state.notices];
  return (
    <article class="turn" aria-label={turn.asked}>
      <p class="asked">{turn.asked}</p>
      <Notices notices={state.firstNotices} class="first-notices" />
      <Answer turn={turn} />
      {!isOver(state) && <StatusLine turn={turn} />}
      {state.failure !== undefined && <Failure turn={turn} failure={state.failure} />}
      {state.question !== undefined && <Choices turn={turn} question={state.question} />}
      <PictureOf state={state} />
      <Notices notices={notices} class="" />
      {state.phase === 'answered' && state.text !== '' && (
        <div class="after">
          <CopyButton text={state.text} />
          {state.isModels && <ReplyFeedback turn={turn} />}
        </div>
      )}
    </article>
  );
};

type FailureProps = {
  readonly turn: Turn;
  readonly failure: NonNullable<TurnState['failure']>;
};

const Failure = ({ turn, failure }: FailureProps) => {
  const room = useRoom();
  return (
    <div class="failure" role="alert">
      <p>{failure.message}</p>
      {failure.retryable && turn.said !== undefined && (
        <button type="button" class="icon-and-words" onClick={() => void room.sayAgain(turn)}>
          <Icon name="again" /> Ask again
        </button>
      )}
    </div>
  );
};

/** Those before the answer are about all of it (a demo's, "outside what the model was taught") and stand above it. */
const Notices = ({
  notices,
  class: kind,
}: {
  readonly notices: readonly Notice[];
  readonly class: string;
}) =>
  notices.length === 0 ? null : (
    <div class={`notices ${kind}`}>
      {notices.map(({ code, text }) => (
        <p key={`${code} ${text}`} data-code={code}>
          {text}
        </p>
      ))}
    </div>
  );

/** The picture of a reply, once it is here. */
const PictureOf = ({ state }: { readonly state: TurnState }) => {
  const { picture } = state;
  const isAnswer = state.question === undefined;
  const url = useSignal<string | undefined>(undefined);
  const address = picture?.url;
  useEffect(() => {
    if (address === undefined) return;
    server.picture(address).then(
      (opened) => {
        url.value = opened;
      },
      () => undefined,
    );
  }, [address]);
  if (picture === undefined) return null;
  const caption = isAnswer ? 'The annotated film' : 'The film that is asked about';
  return <Picture picture={picture} caption={caption} isSavable={isAnswer} url={url.value} />;
};

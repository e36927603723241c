import type { TurnState } from '../state/turn-state.ts';
import type { Turn } from '../state/turn.ts';
import { useRoom } from './room.ts';

/** To whoever is shown a masked film. */
const UNCHANGED =
  'Your own file is as it was, and still shows the text; Wetread keeps the masked film alone.';

type ChoicesProps = {
  readonly turn: Turn;
  readonly question: NonNullable<TurnState['question']>;
};

/** The reply's question with a button for each answer; the first press counts. */
export const Choices = ({ turn, question: asked }: ChoicesProps) => {
  const room = useRoom();
  const { question, refused, options } = asked;
  const chosen = turn.chosen.value;
  return (
    <div class={refused ? 'question refused' : 'question'} role="group" aria-label={question}>
      <p>{question}</p>
      {asked.private && <p class="hint">{UNCHANGED}</p>}
      <div class="row">
        {options.map((option) => (
          <button
            key={option.code}
            type="button"
            class={option.code === chosen ? 'chosen' : ''}
            disabled={chosen !== undefined}
            onClick={() => void room.thread.value.choose(turn, option)}
          >
            {option.text}
          </button>
        ))}
      </div>
    </div>
  );
};

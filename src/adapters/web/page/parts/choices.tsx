import type { TurnState } from '../state/turn-state.ts';
import type { Turn } from '../state/turn.ts';
import { useRoom } from './room.ts';

type ChoicesProps = {
  readonly turn: Turn;
  readonly question: NonNullable<TurnState['question']>;
};

/** The reply's question with a button for each answer; the first press counts. */
export const Choices = ({ turn, question: { question, refused, options } }: ChoicesProps) => {
  const room = useRoom();
  const chosen = turn.chosen.value;
  return (
    <div class={refused ? 'question refused' : 'question'} role="group" aria-label={question}>
      <p>{question}</p>
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

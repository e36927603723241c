import { isOver } from '../state/turn-state.ts';
import type { Turn } from '../state/turn.ts';
import { type AnswerPart, type Word, answerParts } from '../words/answer-parts.ts';
import { boxName, colourOf } from '../words/box-words.ts';
import { useRoom } from './room.ts';

/** The words as they come, then with each sentence tied to its boxes. Read out once whole: word by word it would stammer. */
export const Answer = ({ turn }: { readonly turn: Turn }) => {
  const state = turn.state.value;
  const isWhole = isOver(state);
  return (
    <p class={isWhole ? 'answer' : 'answer coming'} aria-live="polite" aria-busy={!isWhole}>
      {state.phase === 'answered'
        ? answerParts(state.text, state.boxes).map((part, index) => (
            <Part key={index} part={part} turn={turn} />
          ))
        : state.text}
    </p>
  );
};

type PartProps = { readonly part: AnswerPart; readonly turn: Turn };

const Part = ({ part, turn }: PartProps) => {
  const room = useRoom();
  const words = part.words.map((word, index) => <WordOf key={index} word={word} turn={turn} />);
  if (part.boxes.length === 0) return <>{words}</>;
  const isShown = room.shown.value.turn === turn;
  const isLit = isShown && part.boxes.some((number) => room.lit.value.includes(number));
  const point = (): void => {
    room.look(turn);
    room.pointedAt.value = part.boxes;
  };
  return (
    <span
      class={isLit ? 'sentence lit' : 'sentence'}
      data-colour={colourOf(part.boxes[0] ?? 1)}
      onPointerEnter={point}
      onPointerLeave={() => {
        room.pointedAt.value = [];
      }}
    >
      {words}
    </span>
  );
};

type WordProps = { readonly word: Word; readonly turn: Turn };

const WordOf = ({ word, turn }: WordProps) => {
  const room = useRoom();
  if (typeof word === 'string') return <>{word}</>;
  const box = turn.state.value.boxes.find(({ number }) => number === word);
  const isChosen = room.shown.value.turn === turn && room.chosenBox.value === word;
  return (
    <button
      type="button"
      class="number"
      data-colour={colourOf(word)}
      aria-pressed={isChosen}
      aria-label={box === undefined ? `Box ${word}` : boxName(box)}
      onFocus={() => {
        room.look(turn);
        room.pointedAt.value = [word];
      }}
      onBlur={() => {
        room.pointedAt.value = [];
      }}
      onClick={() => {
        room.look(turn);
        room.chooseBox(word);
      }}
    >
      {word}
    </button>
  );
};

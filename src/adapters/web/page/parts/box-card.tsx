import { boxWords, colourOf } from '../words/box-words.ts';
import { BoxFeedback } from './feedback.tsx';
import { Icon } from './icon.tsx';
import { useRoom } from './room.ts';

/** The box that was chosen: what it is of, and whether that is right. */
export const BoxCard = () => {
  const room = useRoom();
  const number = room.chosenBox.value;
  const { boxes, turn } = room.shown.value;
  const box = boxes.find((one) => one.number === number);
  if (box === undefined || turn === undefined) return null;
  return (
    <aside class="box-card" aria-label={`Box ${box.number}`}>
      <p>
        <b class="number" data-colour={colourOf(box.number)}>
          {box.number}
        </b>
        <span>{boxWords(box)}</span>
        <button
          type="button"
          class="quiet only-icon"
          aria-label="Let go of the box"
          onClick={() => {
            room.chooseBox(undefined);
            room.stage.value?.focus();
          }}
        >
          <Icon name="cross" />
        </button>
      </p>
      <BoxFeedback turn={turn} box={box} />
    </aside>
  );
};

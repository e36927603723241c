import { useSignal } from '@preact/signals';
import type { Feedback } from '../../../../core/conversation.ts';
import type { NumberedBox } from '../../../../core/film.ts';
import type { Turn } from '../state/turn.ts';
import { boxName, boxWords } from '../words/box-words.ts';
import { Icon } from './icon.tsx';
import { useRoom } from './room.ts';

const JUDGED: Readonly<Record<Feedback['kind'], string>> = {
  right: 'Noted as right. Thank you.',
  'wrong-finding': 'Noted as a wrong finding. Thank you.',
  'wrong-place': 'Noted as a wrong place. Thank you.',
};

type BoxFeedbackProps = { readonly turn: Turn; readonly box: NumberedBox };

/** Whether a box is right; where it is in the wrong place, the right one can be drawn. */
export const BoxFeedback = ({ turn, box }: BoxFeedbackProps) => {
  const room = useRoom();
  const judged = turn.judged.value.get(box.number);
  if (judged !== undefined) return <Noted kind={judged} />;
  return (
    <Buttons
      label={`Your judgement of box ${box.number}`}
      onJudge={(kind) =>
        kind === 'wrong-place'
          ? room.beginRedraw(turn, box)
          : void room.thread.value.judge(turn, { kind, box: box.number })
      }
      isPlaced
    />
  );
};

/** Whether a reply is right. Of several boxes, a fault is of one. */
export const ReplyFeedback = ({ turn }: { readonly turn: Turn }) => {
  const room = useRoom();
  const fault = useSignal<'wrong-finding' | 'wrong-place' | undefined>(undefined);
  const { boxes } = turn.state.value;
  const judged = [...turn.judged.value.values()].at(-1);
  if (judged !== undefined) return <Noted kind={judged} />;
  const judgeBox = (kind: 'wrong-finding' | 'wrong-place', box: NumberedBox): void => {
    fault.value = undefined;
    if (kind === 'wrong-place') room.beginRedraw(turn, box);
    else void room.thread.value.judge(turn, { kind, box: box.number });
  };
  const judge = (kind: Feedback['kind']): void => {
    const [box] = boxes;
    if (kind === 'right' || box === undefined)
      void room.thread.value.judge(turn, { kind: kind as 'right', box: undefined });
    else if (boxes.length === 1) judgeBox(kind, box);
    else fault.value = kind;
  };
  const kind = fault.value;
  if (kind === undefined)
    return <Buttons label="Your judgement" onJudge={judge} isPlaced={boxes.length > 0} />;
  return (
    <div class="feedback" role="group" aria-label="Which box?">
      <span>Which one?</span>
      {boxes.map((box) => (
        <button
          key={box.number}
          type="button"
          title={boxWords(box)}
          aria-label={boxName(box)}
          onClick={() => judgeBox(kind, box)}
        >
          {box.number}
        </button>
      ))}
      <button
        type="button"
        class="quiet"
        onClick={() => {
          fault.value = undefined;
        }}
      >
        None
      </button>
    </div>
  );
};

const Noted = ({ kind }: { readonly kind: Feedback['kind'] }) => (
  <p class="feedback noted" role="status">
    <Icon name="check" /> {JUDGED[kind]}
  </p>
);

type ButtonsProps = {
  readonly label: string;
  readonly isPlaced: boolean;
  readonly onJudge: (kind: Feedback['kind']) => void;
};

const Buttons = ({ label, isPlaced, onJudge }: ButtonsProps) => (
  <div class="feedback" role="group" aria-label={label}>
    <button type="button" onClick={() => onJudge('right')}>
      <Icon name="check" /> Right
    </button>
    <button type="button" onClick={() => onJudge('wrong-finding')}>
      <Icon name="cross" /> Wrong finding
    </button>
    {isPlaced && (
      <button type="button" onClick={() => onJudge('wrong-place')}>
        <Icon name="target" /> Wrong place
      </button>
    )}
  </div>
);

import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { Box, NumberedBox } from '../../../../core/film.ts';
import { type Redraw, beginRedraw } from '../film/redraw.ts';
import type { Turn } from '../state/turn.ts';
import { colourOf } from '../words/box-words.ts';
import { useRoom } from './room.ts';

const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

type RedrawBarProps = { readonly turn: Turn; readonly box: NumberedBox };

/** Asks where a box should be, with hands on the film or with the arrow keys. */
export const RedrawBar = ({ turn, box }: RedrawBarProps) => {
  const room = useRoom();
  const bar = useRef<HTMLDivElement>(null);
  const redraw = useRedraw(box);
  const isSending = useSignal(false);
  useEffect(() => bar.current?.focus(), []);
  const end = (): void => {
    room.redrawn.value = undefined;
    room.stage.value?.focus();
  };
  const send = async (corrected: Box | undefined): Promise<void> => {
    isSending.value = true;
    const feedback = { kind: 'wrong-place', box: box.number, corrected } as const;
    if (await room.thread.value.judge(turn, feedback)) end();
    isSending.value = false;
  };
  const onKey = (event: KeyboardEvent): void => {
    const [right, down] = ARROWS[event.key] ?? [0, 0];
    if (event.key === 'Escape') end();
    else if (event.key in ARROWS) redraw.current?.step(right, down, event.shiftKey);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={bar}
      class="redraw"
      role="group"
      aria-label={`Where should box ${box.number} be?`}
      tabIndex={-1}
      onKeyDown={onKey}
    >
      <p>
        <b class="number" data-colour={colourOf(box.number)}>
          {box.number}
        </b>
        <span>
          Where should it be? Draw it anew, or press it and move it.
          <span class="wide-only"> The arrow keys move it, too; with Shift they size it.</span>
        </span>
      </p>
      <div class="row">
        <button
          type="button"
          class="first"
          disabled={isSending.value}
          onClick={() => void send(redraw.current?.box())}
        >
          Send the place
        </button>
        <button type="button" disabled={isSending.value} onClick={() => void send(undefined)}>
          Only say it is wrong
        </button>
        <button type="button" class="quiet" onClick={end}>
          Cancel
        </button>
      </div>
    </div>
  );
};

/** Lays a picture over the film on which the box can be drawn. The film itself shines through, windowed as it is. */
const useRedraw = ({ box }: NumberedBox): { readonly current: Redraw | null } => {
  const room = useRoom();
  const redraw = useRef<Redraw | null>(null);
  useEffect(() => {
    const stage = room.stage.value;
    const { film } = room.shown.value;
    if (stage === undefined || typeof film !== 'object') return undefined;
    const holder = document.createElement('div');
    holder.className = 'redrawing';
    const image = document.createElement('img');
    image.alt = '';
    image.src = film.url;
    holder.append(image);
    const cover = stage.cover(holder);
    let isOver = false;
    void beginRedraw(image, box).then((begun) => {
      if (isOver) begun.end();
      else redraw.current = begun;
    });
    return () => {
      isOver = true;
      redraw.current?.end();
      cover.remove();
    };
  }, [room, box]);
  return redraw;
};

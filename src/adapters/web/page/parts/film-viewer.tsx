import { useSignal, useSignalEffect } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { FilmStage } from '../film/film-stage.ts';
import { changeWindow, isWhole, toTransfer } from '../film/window-level.ts';
import type { ReadingRoom } from '../state/reading-room.ts';
import { isOver } from '../state/turn-state.ts';
import { BoxCard } from './box-card.tsx';
import { ChooseFile } from './choose-file.tsx';
import { RedrawBar } from './redraw-bar.tsx';
import { useRoom } from './room.ts';
import { ViewerTools } from './viewer-tools.tsx';

const FILTER = 'window-level';

/** DICOM, HEIC and TIFF, mostly; the server's own PNG is shown as soon as it is there. */
const UNREADABLE = 'This browser cannot show this kind of file.';
const READABLE_LATER = ' Wetread may: ask, and the film is shown here.';
const READABLE_SOON = ' Wetread is opening it, and shows the film here.';
const GONE = 'The film of this thread is not kept any more. Show it again to go on.';

/** The film with its boxes, and what can be done with it. */
export const FilmViewer = () => {
  const room = useRoom();
  const place = useRef<HTMLDivElement>(null);
  const isUnreadable = useSignal(false);
  const isLoading = useSignal(true);
  useStage(place, isUnreadable, isLoading);
  const { film } = room.shown.value;
  const name = typeof film === 'object' ? film.altText : 'Film';
  const message = film === 'gone' ? GONE : isUnreadable.value ? unreadableWords(room) : undefined;
  const isWaiting = message === undefined && (film === 'opening' || isLoading.value);
  return (
    <div class={room.dragMode.value === 'window' ? 'stage windowing' : 'stage'}>
      <WindowFilter />
      <div
        ref={place}
        class={room.areBoxesShown.value ? 'canvas' : 'canvas without-boxes'}
        role="group"
        aria-label={`${name}. ${boxCountWords(room.shown.value.boxes.length)}`}
        aria-busy={isWaiting}
        hidden={message !== undefined}
      />
      {isWaiting && (
        <p class="over opening" role="status">
          <span class="spinner" /> Opening the film
        </p>
      )}
      {message !== undefined && (
        <div class="over unshown">
          <p>{message}</p>
          {film === 'gone' && <ChooseFile class="">Choose a file</ChooseFile>}
        </div>
      )}
      {room.redrawn.value === undefined ? <BoxCard /> : <RedrawBar {...room.redrawn.value} />}
      {typeof film === 'object' && film.credit !== undefined && <p class="credit">{film.credit}</p>}
      <ViewerTools />
    </div>
  );
};

const unreadableWords = ({ picked, thread }: ReadingRoom): string => {
  if (picked.value !== undefined) return UNREADABLE + READABLE_LATER;
  const isUnderWay = thread.value.turns.value.some(({ state }) => !isOver(state.value));
  return isUnderWay ? UNREADABLE + READABLE_SOON : UNREADABLE;
};

const boxCountWords = (count: number): string =>
  count === 0 ? 'No boxes.' : count === 1 ? '1 box.' : `${count} boxes.`;

/** Keeps what is on the stage as the room has it. */
const useStage = (
  place: { readonly current: HTMLDivElement | null },
  isUnreadable: { value: boolean },
  isLoading: { value: boolean },
): void => {
  const room = useRoom();
  useEffect(() => {
    let isOver = false;
    let stage: FilmStage | undefined;
    void (async () => {
      const element = place.current;
      if (element === null) return;
      const made = await FilmStage.create(element, {
        onPoint: (number) => {
          room.pointedAt.value = number === undefined ? [] : [number];
        },
        onPress: (number) => room.chooseBox(number),
        onWindow: (change) => {
          room.window.value = changeWindow(room.window.value, change);
        },
        onUnreadable: () => {
          isUnreadable.value = true;
        },
      });
      if (isOver) return made.destroy();
      stage = made;
      room.stage.value = made;
    })();
    return () => {
      isOver = true;
      room.stage.value = undefined;
      stage?.destroy();
    };
  }, [room, place, isUnreadable]);

  const { film, boxes } = room.shown.value;
  const stage = room.stage.value;
  useEffect(() => {
    if (stage === undefined) return;
    if (typeof film !== 'object') {
      // The film that was there is another one.
      stage.close();
      return;
    }
    isUnreadable.value = false;
    isLoading.value = true;
    void stage.open(film).then(() => {
      isLoading.value = false;
    });
  }, [stage, film]);
  useEffect(() => stage?.show(boxes), [stage, boxes]);
  useSignalEffect(() => room.stage.value?.light(room.lit.value));
  useSignalEffect(() => {
    const chosen = room.chosenBox.value;
    if (chosen !== undefined) room.stage.value?.reveal(chosen);
  });
  useSignalEffect(() => room.stage.value?.dragBy(room.dragMode.value));
  useSignalEffect(() => room.stage.value?.filter(isWhole(room.window.value) ? undefined : FILTER));
};

/** light = slope * grey + intercept, which is what windowing is. */
const WindowFilter = () => {
  const { slope, intercept } = toTransfer(useRoom().window.value);
  const transfer = { type: 'linear', slope, intercept };
  return (
    <svg class="filters" width="0" height="0" aria-hidden="true">
      <filter id={FILTER} color-interpolation-filters="sRGB">
        <feComponentTransfer>
          <feFuncR {...transfer} />
          <feFuncG {...transfer} />
          <feFuncB {...transfer} />
        </feComponentTransfer>
      </filter>
    </svg>
  );
};

import type { Signal } from '@preact/signals';
import { changeWindow, WHOLE_WINDOW } from '../film/window-level.ts';
import type { ReadingRoom } from '../state/reading-room.ts';

const ZOOM_STEP = 1.3;
/** A share of the whole range of grey values. */
const WINDOW_STEP = 0.04;

const ARROWS: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** Hears the keys of keys-dialog.tsx, wherever the focus is but in words or a dialog. Returns what ends it. */
export const listenToKeys = (room: ReadingRoom, areKeysOpen: Signal<boolean>): (() => void) => {
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (isTaken(event.target)) return;
    if (event.key === '?') areKeysOpen.value = true;
    else if (!room.hasFilm.value || !act(room, event)) return;
    event.preventDefault();
  };
  addEventListener('keydown', onKey);
  return () => removeEventListener('keydown', onKey);
};

/** Whether the key means something here. */
const act = (room: ReadingRoom, { key, shiftKey, target }: KeyboardEvent): boolean => {
  if (/^[1-9]$/.test(key)) {
    room.chooseBox(Number(key));
    return true;
  }
  if (key in ARROWS) return arrow(room, key, shiftKey, target);
  const action = ACTIONS[key.toLowerCase()];
  action?.(room);
  return action !== undefined;
};

/** Arrows scroll the thread when that has the focus. */
const arrow = (
  room: ReadingRoom,
  key: string,
  isWindow: boolean,
  target: EventTarget | null,
): boolean => {
  const [right, down] = ARROWS[key] ?? [0, 0];
  const isOnFilm = target instanceof Element && target.closest('.viewer') !== null;
  if (isWindow) {
    const change = { wider: right * WINDOW_STEP, higher: down * WINDOW_STEP };
    room.window.value = changeWindow(room.window.value, change);
  } else if (isOnFilm) room.stage.value?.panBy(right, down);
  return isWindow || isOnFilm;
};

const ACTIONS: Readonly<Record<string, (room: ReadingRoom) => void>> = {
  '+': (room) => room.stage.value?.zoomBy(ZOOM_STEP),
  '=': (room) => room.stage.value?.zoomBy(ZOOM_STEP),
  '-': (room) => room.stage.value?.zoomBy(1 / ZOOM_STEP),
  '0': (room) => room.stage.value?.fit(),
  i: (room) => room.invert(),
  r: (room) => {
    room.window.value = WHOLE_WINDOW;
  },
  w: (room) => room.switchDrag(),
  b: (room) => {
    room.areBoxesShown.value = !room.areBoxesShown.value;
  },
  '/': () => document.getElementById('words')?.focus(),
  escape: (room) => room.chooseBox(undefined),
};

const isTaken = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, dialog, .redraw, [contenteditable]') !== null;

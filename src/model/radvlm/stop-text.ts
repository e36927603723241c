/** Ends an answer before the first of some strings, which may come in pieces. */
export type StopText = {
  /** The text that may be given out now. Once `stopped`, nothing comes any more. */
  push(delta: string): { readonly text: string; readonly stopped: boolean };
  /** What was held back, as it began like a stop string and then the answer ended. */
  finish(): string;
};

/** Holds back only what may be the beginning of a stop string. Empty stop strings are passed over. */
export const createStopText = (stops: readonly string[]): StopText => {
  const searched = stops.filter((stop) => stop !== '');
  let held = '';
  let stopped = false;
  return {
    push: (delta) => {
      if (stopped) return { text: '', stopped };
      const text = held + delta;
      const ends = searched.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
      stopped = ends.length > 0;
      const kept = stopped ? Math.min(...ends) : text.length - longestBeginning(text, searched);
      held = stopped ? '' : text.slice(kept);
      return { text: text.slice(0, kept), stopped };
    },
    finish: () => {
      const rest = held;
      held = '';
      return rest;
    },
  };
};

/** Length of the longest end of `text` that some stop string begins with; never a whole stop string. */
const longestBeginning = (text: string, stops: readonly string[]): number => {
  let longest = 0;
  for (const stop of stops) {
    for (let length = Math.min(stop.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(stop.slice(0, length))) longest = length;
    }
  }
  return longest;
};

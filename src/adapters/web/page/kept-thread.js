/**
 * Which thread this tab shows, so that a reload goes on with it. It is kept in the tab's own session and goes with
 * it; films and answers stay on the server.
 */
const KEY = 'wetread-thread';

/** `thread`: its id; `turns`: [{ turn, asked }]; `sample`: the id of the sample it is about. */
export const NO_THREAD = { thread: null, turns: [], sample: null };

export const keptThread = {
  read: () => {
    try {
      return { ...NO_THREAD, ...JSON.parse(sessionStorage.getItem(KEY) ?? '{}') };
    } catch {
      return NO_THREAD;
    }
  },
  write: (kept) => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(kept));
    } catch {
      // Storage is switched off: everything works, but a reload begins anew.
    }
  },
};

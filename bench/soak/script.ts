import type { Saying } from '../../test/support/platform-record.ts';
import type { Random } from '../../test/support/random.ts';

/** Films whose names begin so are asked about first. */
export const ODD_FILM = 'odd';

const HURRIED = 0.3;
/** Of the threads, how many begin with a film without words; of these, how many send the words right after it. */
const FILM_ALONE = 0.25;
const JOINED = 0.5;

/** What everybody says: films first, then questions, each with a token of its own by which its answer is known. */
export const writeScript = (turns: number, threads: number, random: Random): readonly Saying[] =>
  Array.from({ length: threads }, (_, thread) => {
    const count = Math.floor(turns / threads) + (thread < turns % threads ? 1 : 0);
    return Array.from({ length: count }, (_, at) => say(thread, at, random));
  }).flat();

const say = (thread: number, at: number, random: Random): Saying => {
  const token = `q${thread}-${at}`;
  const said = {
    id: `m${thread}-${at}`,
    thread: `t${thread}`,
    author: `u${thread}`,
    hurried: random.chance(HURRIED),
  };
  const film = `f${thread}-${at}`;
  const chance = random.next();
  if (at === 0 && chance < FILM_ALONE) return { ...said, text: '', films: [film] };
  if (at === 0) return { ...said, text: plainly(token), films: [film] };
  if (at === 1 && random.chance(JOINED))
    return { ...said, hurried: true, text: plainly(token), films: [] };
  if (chance < 0.03) return { ...said, text: plainly(token), films: [film] };
  if (chance < 0.05) return { ...said, text: plainly(token), films: [`${ODD_FILM}-${film}`] };
  if (chance < 0.1) return { ...said, text: `Tell me about ${token} at length.`, films: [] };
  if (chance < 0.15) return { ...said, text: `Tell me about ${token} and mark it.`, films: [] };
  return { ...said, text: plainly(token), films: [] };
};

const plainly = (token: string): string => `Tell me about ${token}.`;

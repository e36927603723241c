import { expect, test } from 'vitest';
import { type SharedKind, Turns } from '../../../src/model/radvlm/turns.ts';

const client = (signal = new AbortController().signal, background = false) => ({
  signal,
  background,
});
const never = client();

const createRecorded = (lanes: number): { turns: Turns<string, string>; runs: string[][] } => {
  const runs: string[][] = [];
  const run = async (parts: readonly string[]): Promise<string[]> => {
    runs.push([...parts]);
    if (parts.includes('broken')) throw new Error('broken');
    return parts.map((part) => part.toUpperCase());
  };
  return { turns: new Turns(lanes, run), runs };
};

const steps = async (
  turns: Turns<string, string>,
  name: string,
  count: number,
  kind: SharedKind = 'decode',
): Promise<void> => {
  for (let i = 0; i < count; i++)
    expect(await turns.share(kind, () => name, never)).toBe(name.toUpperCase());
};

test('two sequences take turns, however many steps each has', async () => {
  const { turns, runs } = createRecorded(1);
  await Promise.all([steps(turns, 'a', 3), steps(turns, 'b', 5)]);
  expect(runs.flat().join('')).toBe('abababbb');
});

test('a step of its own takes its turn among the others', async () => {
  const { turns, runs } = createRecorded(1);
  const alone = turns.alone(async () => runs.push(['alone']), never);
  await Promise.all([alone, steps(turns, 'a', 2)]);
  expect(runs).toEqual([['alone'], ['a'], ['a']]);
  expect(await alone).toBe(1);
});

test('steps share a run as far as there are lanes', async () => {
  const { turns, runs } = createRecorded(2);
  await Promise.all(['a', 'b', 'c'].map((name) => steps(turns, name, 2)));
  expect(runs.map((run) => run.join(''))).toEqual(['ab', 'ca', 'bc']);
});

test('a run takes one prefill at most, and the words of others beside it', async () => {
  const { turns, runs } = createRecorded(4);
  const prefills = ['P', 'Q'].map((name) => steps(turns, name, 3, 'prefill'));
  await Promise.all([...prefills, ...['a', 'b'].map((name) => steps(turns, name, 6))]);
  expect(runs.map((run) => run.toSorted().join(''))).toEqual([
    'Pab',
    'Qab',
    'Pab',
    'Qab',
    'Pab',
    'Qab',
  ]);
});

test('a lane is kept for the prefill when more write than there are lanes', async () => {
  const { turns, runs } = createRecorded(2);
  const writing = ['a', 'b', 'c'].map((name) => steps(turns, name, 4));
  await Promise.all([...writing, steps(turns, 'P', 3, 'prefill')]);
  expect(runs.slice(0, 5).filter((run) => run.includes('P'))).toHaveLength(3);
});

test('reading ahead steps back behind everything that somebody waits for', async () => {
  const { turns, runs } = createRecorded(1);
  const ahead = client(new AbortController().signal, true);
  const behind = [
    turns.share('prefill', () => 'ahead', ahead),
    turns.alone(async () => runs.push(['tile']), ahead),
  ];
  await Promise.all([...behind, steps(turns, 'P', 2, 'prefill'), steps(turns, 'a', 2)]);
  expect(runs.map((run) => run.join(''))).toEqual(['P', 'a', 'P', 'a', 'ahead', 'tile']);
});

test('an abort takes a waiting step out before the next one runs', async () => {
  const { turns, runs } = createRecorded(1);
  const stop = new AbortController();
  const running = turns.alone(async () => stop.abort(new Error('enough')), never);
  const aborted = turns.share('decode', () => 'aborted', client(stop.signal));
  const other = turns.share('decode', () => 'other', never);
  await expect(aborted).rejects.toThrow('enough');
  await Promise.all([running, other]);
  expect(runs).toEqual([['other']]);
});

test('a step that fails fails alone, and the next one runs', async () => {
  const { turns } = createRecorded(1);
  await expect(turns.share('decode', () => 'broken', never)).rejects.toThrow('broken');
  const rejecting = turns.alone(() => Promise.reject(new Error('no film')), never);
  await expect(rejecting).rejects.toThrow('no film');
  const throwing = turns.alone(() => {
    throw new Error('at once');
  }, never);
  await expect(throwing).rejects.toThrow('at once');
  expect(await turns.share('decode', () => 'next', never)).toBe('NEXT');
});

test('a step is prepared when its turn comes, and takes none when nothing is left to do', async () => {
  const { turns, runs } = createRecorded(1);
  let text: string | undefined = 'before';
  const first = turns.alone(async () => (text = 'after'), never);
  const second = turns.share('decode', () => text, never);
  await first;
  expect(await second).toBe('AFTER');
  expect(await turns.share('decode', () => undefined, never)).toBe(undefined);
  const failing = turns.share(
    'decode',
    () => {
      throw new Error('no features');
    },
    never,
  );
  await expect(failing).rejects.toThrow('no features');
  expect(runs).toEqual([['after']]);
});

test('is idle once the last step has run', async () => {
  const { turns, runs } = createRecorded(1);
  void turns.share('decode', () => 'a', never);
  void turns.share('decode', () => 'b', never);
  await turns.idle();
  expect(runs).toEqual([['a'], ['b']]);
  await turns.idle();
});

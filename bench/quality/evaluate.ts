import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Film } from '../../src/core/film.ts';
import type { Model } from '../../src/model/model.ts';
import { askAbout, type AskFilm, type Past } from './ask-about.ts';
import {
  averagePrecision,
  balancedAccuracy,
  bestOverlap,
  boxesIn,
  count,
  f1,
  mean,
  noCounts,
  total,
  type Corners,
  type Counts,
} from './scores.ts';
import {
  affirmation,
  nounOf,
  NOUNS,
  presenceQuestion,
  whereQuestion,
  type PhantomFinding,
} from './wording.ts';

/**
 * training/demo/evaluate.py over our runtime: the same questions, greedy, without the presence gate, the same sums.
 * Names of figures are those of a checkpoint's figures.json.
 */
export type Figures = Readonly<Record<string, number>>;

/** `found`: the share of films on which the box overlaps the truth by half. */
export type StructureFigures = {
  readonly name: string;
  readonly iou: number;
  readonly found: number;
};

type Phantom = {
  view: string;
  anatomy: Record<string, Corners>;
  findings: PhantomFinding[];
};

/** Sums over phantoms; `figures` gives what figures.json holds for them. */
class PhantomFigures {
  readonly #lists = new Map<string, number[]>();
  readonly #structures = new Map<string, number[]>();
  readonly #presence = new Map<string, Counts>();
  readonly #labels = new Map<string, Counts>();
  readonly #report = noCounts();

  add(figure: string, value: number): void {
    const list = this.#lists.get(figure) ?? [];
    this.#lists.set(figure, list);
    list.push(value);
  }

  addStructure(name: string, overlap: number): void {
    const list = this.#structures.get(name) ?? [];
    this.#structures.set(name, list);
    list.push(overlap);
  }

  /** By structure, best first. */
  structures(): readonly StructureFigures[] {
    return [...this.#structures]
      .map(([name, overlaps]) => ({
        name,
        iou: mean(overlaps),
        found: mean(overlaps.map((overlap) => Number(overlap >= 0.5))),
      }))
      .toSorted((a, b) => b.iou - a.iou);
  }

  countPresence(kind: string, said: boolean, present: boolean): void {
    count(countsOf(this.#presence, kind), said, present);
  }

  countLabel(kind: string, said: boolean, present: boolean): void {
    count(countsOf(this.#labels, kind), said, present);
  }

  countReported(said: boolean, present: boolean): void {
    count(this.#report, said, present);
  }

  values(figure: string): readonly number[] {
    return this.#lists.get(figure) ?? [];
  }

  figures(): Figures {
    const means = [...this.#lists].map(([figure, values]) => [figure, mean(values)] as const);
    return {
      ...Object.fromEntries(means),
      'presence balanced accuracy': mean([...this.#presence.values()].map(balancedAccuracy)),
      'classification macro F1': mean([...this.#labels.values()].map(f1)),
      'classification micro F1': f1(total(this.#labels.values())),
      'report finding F1': f1(this.#report),
    };
  }
}

const countsOf = (table: Map<string, Counts>, kind: string): Counts => {
  const counts = table.get(kind) ?? noCounts();
  table.set(kind, counts);
  return counts;
};

const askAnatomy = async (ask: AskFilm, { anatomy }: Phantom, sums: PhantomFigures) => {
  for (const [name, wanted] of Object.entries(anatomy)) {
    const found = boxesIn(await ask(whereQuestion(name)));
    sums.add('anatomy IoU', bestOverlap(found, wanted));
    sums.addStructure(name, bestOverlap(found, wanted));
    sums.add('anatomy AP', averagePrecision(found, [wanted]));
  }
};

const askFindings = async (ask: AskFilm, { findings }: Phantom, sums: PhantomFigures) => {
  for (const kind of NOUNS.keys()) {
    const same = findings.filter((finding) => finding.kind === kind);
    const answer = await ask(presenceQuestion(kind));
    sums.countPresence(kind, answer.toLowerCase().startsWith('yes'), same.length > 0);

    const found = boxesIn(await ask(whereQuestion(nounOf(kind))));
    const wanted = same.flatMap((finding) => [...finding.boxes]);
    if (wanted.length === 0) {
      sums.add('absent finding refused', found.length === 0 ? 1 : 0);
      continue;
    }
    sums.add('finding AP', averagePrecision(found, wanted));
    sums.add('finding IoU', mean(wanted.map((box) => bestOverlap(found, box))));
    const past: Past = [[presenceQuestion(kind), affirmation(same)]];
    sums.add(
      "'where is it?' AP",
      averagePrecision(boxesIn(await ask('Where is it?', past)), wanted),
    );
  }
};

/** evaluate.py's rule for a finding that a report tells of: its noun, not after "no" or "or", outside "No …." sentences. */
const reported = (report: string, noun: string): boolean =>
  new RegExp(`(?<!no )(?<!or )${noun}`).test(
    report
      .replaceAll(/No [^.]*\./g, '')
      .toLowerCase()
      .replaceAll('edema', 'pulmonary edema')
      .replaceAll('pulmonary pulmonary', 'pulmonary'),
  );

const askTasks = async (ask: AskFilm, { findings, view }: Phantom, sums: PhantomFigures) => {
  const labels = (await ask('Are there any abnormalities on this Chest X-ray?')).toLowerCase();
  const detected = boxesIn(
    await ask('Please identify any abnormalities on this X-ray and specify their locations.'),
  );
  const report = await ask('Provide a radiology report for this Chest X-Ray.');
  for (const kind of NOUNS.keys()) {
    const present = findings.some((finding) => finding.kind === kind);
    sums.countLabel(kind, labels.includes(nounOf(kind)), present);
    sums.countReported(reported(report, nounOf(kind)), present);
  }
  const wanted = findings.flatMap((finding) => [...finding.boxes]);
  sums.add(
    'detection AP',
    findings.length > 0 ? averagePrecision(detected, wanted) : Number(detected.length === 0),
  );
  sums.add('view', Number((await ask('Is this PA or AP?')).includes(view)));
};

export type TakeFilm = (bytes: Uint8Array) => Promise<Film>;

/** On phantoms with their truth (NAME.png, NAME.json), the first `limit` by name. */
export const evaluatePhantoms = async (
  model: Model,
  takeFilm: TakeFilm,
  folder: string,
  limit: number,
  onPhantom: (done: number, of: number) => void,
): Promise<{
  figures: Figures;
  structures: readonly StructureFigures[];
  anatomyOverlaps: readonly number[];
}> => {
  const sums = new PhantomFigures();
  const names = (await readdir(folder)).filter((file) => file.endsWith('.json')).toSorted();
  const chosen = names.slice(0, limit);
  for (const [index, file] of chosen.entries()) {
    const phantom = JSON.parse(await readFile(join(folder, file), 'utf8')) as Phantom;
    const film = await takeFilm(await readFile(join(folder, file.replace('.json', '.png'))));
    const ask = askAbout(model, film);
    await askAnatomy(ask, phantom, sums);
    await askFindings(ask, phantom, sums);
    await askTasks(ask, phantom, sums);
    onPhantom(index + 1, chosen.length);
  }
  return {
    figures: sums.figures(),
    structures: sums.structures(),
    anatomyOverlaps: sums.values('anatomy IoU'),
  };
};

type FilmTruth = { view: string } & Record<string, Corners | string | number>;

/** On real films with their lungs' boxes (boxes.json). */
export const evaluateFilms = async (
  model: Model,
  takeFilm: TakeFilm,
  folder: string,
): Promise<Figures> => {
  const truth = JSON.parse(await readFile(join(folder, 'boxes.json'), 'utf8')) as Record<
    string,
    FilmTruth
  >;
  const lungs: number[] = [];
  const views: number[] = [];
  for (const [file, facts] of Object.entries(truth)) {
    const ask = askAbout(model, await takeFilm(await readFile(join(folder, file))));
    for (const name of ['right lung', 'left lung'])
      lungs.push(bestOverlap(boxesIn(await ask(whereQuestion(name))), facts[name] as Corners));
    views.push(Number((await ask('Is this PA or AP?')).includes(facts.view)));
  }
  return { 'lung IoU': mean(lungs), view: mean(views) };
};

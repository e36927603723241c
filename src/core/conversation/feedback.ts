import { createHash } from 'node:crypto';
import { WetreadError } from '../../errors.ts';
import type { Model } from '../../model/model.ts';
import type { Audit } from '../audit.ts';
import type { Feedback, TurnId } from '../conversation.ts';
import type { Journal } from './journal.ts';

export type FeedbackOptions = {
  readonly model: Pick<Model, 'name' | 'version'>;
  readonly audit: Audit;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** Keeps what somebody says of a reply; of one person about one box, the latest. Fails with `turn-unknown` or `box-unknown`. */
export const keepFeedback = async (
  { model, audit, now }: FeedbackOptions,
  journal: Journal,
  turn: TurnId,
  feedback: Feedback,
  author: string,
): Promise<void> => {
  const [record, progress] = await Promise.all([journal.turn(turn), journal.progress(turn)]);
  if (record === undefined || progress.ending === undefined) throw new WetreadError('turn-unknown');
  const { ending, films } = progress;
  const boxes = ending.kind === 'reply' ? ending.reply.boxes : [];
  const box = boxes.find(({ number }) => number === feedback.box)?.box;
  if (feedback.box !== undefined && box === undefined) throw new WetreadError('box-unknown');
  const { platform, workspace, channel, thread } = record.message;
  const by = createHash('sha256').update(JSON.stringify([author, feedback.box ?? null]));
  const { name, version } = model;
  await journal.writeFeedback(
    { turn, platform, author, feedback, box, film: films[0], model: name, version, at: now() },
    by.digest('hex'),
  );
  const corrected = feedback.kind === 'wrong-place' && feedback.corrected !== undefined;
  const place = { platform, workspace, channel, thread };
  audit.write({ kind: 'correction', ...place, author, turn, feedback: feedback.kind, corrected });
};

/** What was said of these turns goes with them. */
export const dropFeedback = async (
  { records }: Pick<Journal, 'records'>,
  turns: ReadonlySet<TurnId>,
): Promise<void> => {
  const keys: string[] = [];
  for await (const key of records.keys('feedback'))
    if (turns.has(key.slice(0, key.indexOf(' ')))) keys.push(key);
  await Promise.all(keys.map((key) => records.delete('feedback', key)));
};

import type {
  PlatformRecord,
  RecordedDelivery,
  RecordedPart,
  Saying,
} from '../../test/support/platform-record.ts';
import { NOTHING } from './answers.ts';
import { isAbout, judgeAnswer, judgeQuestion, type Judgement } from './judge.ts';
import { ODD_FILM } from './script.ts';

/** What went wrong, a line each; empty lists are what is hoped for. */
export type Verdict = {
  readonly turns: number;
  readonly delivered: number;
  /** Of the delivered, those whose reply says why there is no answer. */
  readonly failed: number;
  /** No whole reply, or one to another question, of another film, or from a wrong history. */
  readonly lost: readonly string[];
  /** A reply or a part of one more than once. */
  readonly doubled: readonly string[];
  /** A reply that was begun before one that had to come first was finished. */
  readonly disordered: readonly string[];
};

/** Something that is to be replied to, a message or a pressed button, with its reply. */
type Replied = {
  readonly id: string;
  readonly saying: Saying;
  readonly parts: readonly RecordedPart[];
  readonly judgement: Judgement;
};

/**
 * Judges a soak by what was said and what the platform was told alone. Every message and press has exactly one whole
 * reply, to its own question, of a film of its thread, after the question that was answered before it; and what was
 * journalled before another message was first delivered is replied to before it.
 */
export const checkSoak = (sayings: readonly Saying[], record: PlatformRecord): Verdict => {
  const parts = groupBy(record.parts, ({ answers }) => answers);
  const deliveries = groupBy(record.deliveries, ({ subject }) => subject);
  const presses = new Map(record.presses.map((press) => [press.saying, press.id]));
  const lost: string[] = [];
  const doubled: string[] = [];
  const disordered: string[] = [];
  let failed = 0;
  const missing = new Set<string>();

  for (const said of groupBy(sayings, ({ thread }) => thread).values()) {
    const replied = said.flatMap((saying, at) =>
      repliesTo([said[at - 1], saying, said[at + 1]], parts, presses),
    );
    const wrong = findWrong(said, replied);
    for (const { id, saying, judgement } of replied) {
      const why = judgement.verdict === 'lost' ? judgement.why : wrong.get(id);
      if (judgement.verdict === 'failed') failed += 1;
      if (judgement.verdict === 'doubled') doubled.push(`${id}: ${judgement.why}`);
      if (why === undefined) continue;
      lost.push(`${id}: ${why}`);
      missing.add(saying.id);
    }
    disordered.push(...findDisordered(replied, deliveries));
  }
  const known = new Set([...sayings.map(({ id }) => id), ...presses.values()]);
  for (const id of parts.keys()) if (!known.has(id)) doubled.push(`${id}: a reply to nothing`);
  const delivered = sayings.length - missing.size;
  return { turns: sayings.length, delivered, failed, lost, doubled, disordered };
};

/** The replies that a message must have: one, two when its film was asked about, none when it joined the film before it. */
const repliesTo = (
  [before, saying, next]: readonly [Saying | undefined, Saying, Saying | undefined],
  parts: ReadonlyMap<string, readonly RecordedPart[]>,
  presses: ReadonlyMap<string, string>,
): Replied[] => {
  const own = parts.get(saying.id) ?? [];
  if (saying.films.some((film) => film.startsWith(ODD_FILM))) {
    const press = presses.get(saying.id);
    const rest = [
      ...own.filter(({ kind }) => kind !== 'question'),
      ...(parts.get(press ?? '') ?? []),
    ];
    const asked = own.filter(({ kind }) => kind === 'question');
    // Without a question what is left is the reply: the film could not be fetched, say.
    const first = press === undefined ? own : asked;
    const question = { id: saying.id, saying, parts: first, judgement: judgeQuestion(first) };
    if (press === undefined) return [question];
    return [
      question,
      { id: press, saying, parts: rest, judgement: judgeAnswer([saying.text], rest) },
    ];
  }
  const joins = before !== undefined && before.text === '' && saying.films.length === 0;
  if (joins && own.length === 0) {
    const reply = judgeAnswer([saying.text], parts.get(before.id) ?? []);
    if (reply.verdict === 'answered' && isAbout(saying.text, reply.answer.subject)) return [];
  }
  const words = saying.text === '' && next !== undefined ? [next.text] : [saying.text];
  return [{ id: saying.id, saying, parts: own, judgement: judgeAnswer(words, own) }];
};

/** Answers to another question, of a film that the thread has not seen, or after another question than the one before. */
const findWrong = (said: readonly Saying[], replied: readonly Replied[]): Map<string, string> => {
  const wrong = new Map<string, string>();
  const last = new Map<string, string>();
  for (const { id, saying, judgement } of replied.toSorted(byFirstPart)) {
    if (judgement.verdict !== 'answered') continue;
    const { subject, film, after } = judgement.answer;
    const next = said[said.indexOf(saying) + 1];
    const ownSubject =
      saying.text === ''
        ? saying.films.includes(subject) || isAbout(next?.text ?? '', subject)
        : isAbout(saying.text, subject);
    const expected = last.get(film) ?? NOTHING;
    if (!ownSubject) wrong.set(id, `a reply about ${subject}`);
    else if (!said.some(({ films }) => films.includes(film))) wrong.set(id, `a reply on ${film}`);
    else if (after !== expected) wrong.set(id, `a reply after ${after}, not ${expected}`);
    last.set(film, subject);
  }
  return wrong;
};

const findDisordered = (
  replied: readonly Replied[],
  deliveries: ReadonlyMap<string, readonly RecordedDelivery[]>,
): string[] =>
  replied.flatMap((first) =>
    replied
      .filter(
        (second) =>
          second !== first &&
          second.parts.length > 0 &&
          first.parts.length > 0 &&
          isBefore(first, second, deliveries) &&
          lastChange(first) > firstPost(second),
      )
      .map((second) => `${second.id}: begun before ${first.id} was finished`),
  );

/**
 * Whether the first was journalled before the second: it was acknowledged before the second was first sent. Messages also
 * keep the order of one connection: the delivery that was acknowledged went before the second over it, and meanwhile
 * nobody else was told of the second.
 */
const isBefore = (
  first: Replied,
  second: Replied,
  deliveries: ReadonlyMap<string, readonly RecordedDelivery[]>,
): boolean => {
  const told = deliveries.get(second.id) ?? [];
  const isMessage = first.id === first.saying.id;
  return (
    told.length > 0 &&
    (deliveries.get(first.id) ?? []).some(
      ({ acknowledgedAt, connection, sentAt }) =>
        acknowledgedAt !== undefined &&
        told.every(
          (other) =>
            acknowledgedAt < other.sentAt ||
            (isMessage && connection === other.connection && sentAt < other.sentAt),
        ),
    )
  );
};

const firstPost = ({ parts }: Replied): number =>
  Math.min(...parts.map(({ postedAt }) => postedAt));
const lastChange = ({ parts }: Replied): number =>
  Math.max(...parts.map(({ changedAt }) => changedAt));
const byFirstPart = (a: Replied, b: Replied): number => firstPost(a) - firstPost(b);

const groupBy = <Value>(
  values: readonly Value[],
  keyOf: (value: Value) => string,
): Map<string, Value[]> => {
  const groups = new Map<string, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
};

import type { Logger } from '../../log.ts';
import type { Model } from '../../model/model.ts';
import type { Annotator } from '../drawing/annotator.ts';
import { chipText } from '../drawing/chip-text.ts';
import { cutPart, isWithin, partAround, type Part } from '../drawing/crop.ts';
import type { Film, NumberedBox } from '../film.ts';
import type { Lexicon } from '../profile/lexicon.ts';
import { noticeOf } from '../read/notices.ts';
import { recognise } from '../read/recognise.ts';
import type { Ask, Reading, ReadingRequest } from '../reading.ts';
import type { Notice, Reply, ReplyEvent } from '../reply.ts';
import { eventsOf, ownReply } from './own-reply.ts';
import { zoomTarget } from './zoom-target.ts';

export type ZoomParts = {
  readonly reading: Reading;
  readonly annotator: Annotator;
  readonly model: Pick<Model, 'name' | 'demo'>;
  readonly lexicon: Lexicon;
  readonly logger: Logger;
  readonly id: () => string;
};

export type ZoomRequest = Omit<ReadingRequest, 'ask'> & {
  /** As the user wrote it. */
  readonly words: string;
  /** What follows "zoom on". */
  readonly on: string;
  /** Of the last reply about this film that had any. */
  readonly boxes: readonly NumberedBox[];
  /** That reply was the last one. */
  readonly recent: boolean;
};

/**
 * Shows a part of the film from near: the boxes that lie in it are drawn with the numbers they have, the others listed.
 * What has no box yet is located as "where is X?" would, behind the presence gate; when nothing is found, the answer to
 * that is the reply.
 */
export async function* zoom(
  parts: ZoomParts,
  request: ZoomRequest,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  const { words, on, boxes, recent, filmNotices } = request;
  const target = zoomTarget(on, boxes, recent, parts.lexicon);
  switch (target.kind) {
    case 'no-box':
      yield* eventsOf(ownReply(words, sayNoBox(target.number, boxes)));
      break;
    case 'boxes': {
      if (parts.model.demo) yield { type: 'notice', ...noticeOf('demo-model') };
      const reply = { ...ownReply(words, ''), notices: filmNotices };
      yield* show(parts, request.film, { shown: target.boxes, all: boxes }, reply, signal);
      break;
    }
    case 'place': {
      const located = yield* locate(parts.reading, request, target.what, signal);
      if (located === undefined) return;
      const all = [...boxes];
      const shown = located.boxes.map((box) => numberAmong(box, all));
      // The words of "where is X?" are not shown; what they were taken from stays in `raw`.
      const reply = { ...located, question: words };
      yield* show(parts, request.film, { shown, all }, reply, signal);
      break;
    }
  }
}

const sayNoBox = (number: number, boxes: readonly NumberedBox[]): string =>
  boxes.length === 0
    ? `There is no box ${number}: no place has been shown on this film yet. Ask where something is first.`
    : `There is no box ${number}; the last answer with boxes has ${listOf(boxes)}.`;

/**
 * Asks where `what` is and gives out the statuses and the notices that come first. Undefined: there is nothing to show,
 * and the answer has been given out as it is.
 */
async function* locate(
  reading: Reading,
  { film, history, asker, filmNotices }: ZoomRequest,
  what: string,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent, Reply | undefined> {
  const ask = askFor(what);
  const held: ReplyEvent[] = [];
  const request = { film, history, ask, asker, filmNotices };
  for await (const event of reading.read(request, signal)) {
    if (event.type === 'end' && event.reply.boxes.length > 0 && !signal.aborted) return event.reply;
    if (event.type === 'status' || (event.type === 'notice' && held.length === 0)) yield event;
    else held.push(event);
  }
  yield* held;
  return undefined;
}

/** "The other side" is that of what was spoken of; anything else is looked for by its name. */
const askFor = (what: string): Ask => {
  const text = `And on the ${what}?`;
  return recognise(text).kind === 'other-side'
    ? { kind: 'free', text }
    : { kind: 'locate', what: what === '' ? 'it' : what };
};

/** A box that was just found, under the number of one that is the same, or a new one; `all` gets it. */
const numberAmong = (box: NumberedBox, all: NumberedBox[]): NumberedBox => {
  const same = all.find(({ pixels }) => pixels.every((edge, at) => edge === box.pixels[at]));
  if (same !== undefined) return same;
  const number = Math.max(0, ...all.map((other) => other.number)) + 1;
  const numbered = { ...box, number };
  all.push(numbered);
  return numbered;
};

type Boxes = { readonly shown: readonly NumberedBox[]; readonly all: readonly NumberedBox[] };

/** The end of a zoom: the picture of the part, what it shows, and what it does not. */
async function* show(
  { annotator, model, logger, id }: ZoomParts,
  film: Film,
  { shown, all }: Boxes,
  reply: Reply,
  signal: AbortSignal,
): AsyncGenerator<ReplyEvent> {
  yield { type: 'status', phase: 'drawing' };
  const part = partAround(
    shown.map(({ pixels }) => pixels),
    film,
  );
  const within = all.filter(({ pixels }) => isWithin(part, pixels));
  const elsewhere = all.filter((box) => !within.includes(box));
  const text = sayShown(shown, elsewhere, part);
  const boxes = all.map((box) => ({ ...box, sentence: sentenceOf(text, box.number) }));
  const notices: Notice[] = [noticeOf('legend')];
  let annotated = null;
  try {
    const cut = await cutPart(film, part, within);
    const strip = { model: model.name, demo: model.demo, enlarged: part.times };
    annotated = await annotator.annotate(cut.picture, cut.boxes, strip);
  } catch (error) {
    logger.error({ id: id(), error }, 'a part of the film could not be drawn');
    notices.push(noticeOf('not-drawn'));
  }
  signal.throwIfAborted();
  const codes = new Set(notices.map(({ code }) => code));
  const after = reply.notices.filter(({ code }) => !codes.has(code) && code !== 'demo-model');
  yield* eventsOf({ ...reply, text, boxes, annotated, notices: [...notices, ...after] });
}

/** "(1) left lower lung zone, enlarged 3 times. Elsewhere on the film, or reaching beyond this part: (2) nodule." */
const sayShown = (
  shown: readonly NumberedBox[],
  elsewhere: readonly NumberedBox[],
  { times }: Part,
): string => {
  const size = times === 1 ? "at the film's own size" : `enlarged ${times} times`;
  const rest =
    elsewhere.length === 0
      ? ''
      : `\nElsewhere on the film, or reaching beyond this part: ${listOf(elsewhere)}.`;
  return `${listOf(shown)}, ${size}.${rest}`;
};

const listOf = (boxes: readonly NumberedBox[]): string => {
  const items = boxes.map((box) => `(${box.number}) ${chipText(box) || 'unnamed'}`);
  const last = items.pop() ?? '';
  return items.length === 0 ? last : `${items.join(', ')} and ${last}`;
};

const sentenceOf = (text: string, number: number): string =>
  text.split('\n').find((line) => line.includes(`(${number})`)) ?? text;

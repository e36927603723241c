import { WetreadError } from '../../errors.ts';
import type { AnswerRequest } from '../conversation/answer.ts';
import { ownReply } from '../conversation/own-reply.ts';
import type { CaseFilm } from '../conversation/thread-cases.ts';
import type { Film } from '../film.ts';
import type { ReplyEvent } from '../reply.ts';
import { auditCase } from './audit-case.ts';
import { caseIdOf, filmLine, threadLine } from './case-journal.ts';
import { LEAST_OPEN_MS, MOST_OPEN_DAYS, MOST_OPEN_MS } from './case-limits.ts';
import type { CaseParts } from './case-options.ts';
import type { CaseRecord } from './case-record.ts';

/** Opens the case of a turn, once, and begins its reading. Fails with `case-time`, `case-open-here`, `film-in-case`. */
export const openCase = async (
  parts: CaseParts,
  request: AnswerRequest,
  { film, pixels }: CaseFilm,
  openMs: number,
): Promise<CaseRecord> => {
  const { journal, readings, wake } = parts;
  if (!(openMs >= LEAST_OPEN_MS && openMs <= MOST_OPEN_MS))
    throw new WetreadError('case-time', { days: MOST_OPEN_DAYS });
  const id = caseIdOf(request.turn.id);
  const known = await journal.find(id);
  const record = known ?? recordOf(parts, request, { film, pixels }, openMs);
  if ((await journal.state(id)) === undefined) {
    await journal.write(record, pixels);
    await journal.joinLines(record);
    await giveWay(parts, record);
    await journal.advance(record, undefined, 'open');
    auditCase(parts, record, 'opened', record.openedBy);
  }
  readings.begin(record);
  wake();
  return record;
};

const recordOf = (
  { now }: CaseParts,
  { turn }: AnswerRequest,
  { film, pixels }: CaseFilm,
  openMs: number,
): CaseRecord => {
  const { platform, workspace, channel, thread, author, standing, direct } = turn.message;
  const { sha256, width, height, channels } = pixels;
  const openedAt = now();
  return {
    id: caseIdOf(turn.id),
    turn: turn.id,
    platform,
    workspace,
    channel,
    thread,
    threadKey: turn.threadKey,
    openedBy: author,
    standing,
    direct,
    openedAt,
    revealAt: openedAt + openMs,
    film: { sha256, width, height, channels },
    notices: film.notices,
  };
};

/** One case a thread and a film: of two that are opened at once, the first in line stays. */
const giveWay = async ({ journal }: CaseParts, record: CaseRecord): Promise<void> => {
  const [ofFilm, here] = await Promise.all([
    journal.openWith(filmLine(record.film.sha256)),
    journal.openWith(threadLine(record.threadKey)),
  ]);
  const isFirst = [ofFilm, here].every((one) => one === undefined || one.id === record.id);
  if (isFirst) return;
  await journal.leaveLines(record);
  await journal.dropRest(record.id);
  throw new WetreadError(
    here !== undefined && here.id !== record.id ? 'case-open-here' : 'film-in-case',
  );
};

/** The case's own post: the film under its grid, and how to answer. Nothing of the reading. */
export async function* openingEvents(
  { annotator, model, logger, id, now }: CaseParts,
  record: CaseRecord,
  film: Film,
  { question, wasRead }: { readonly question: string; readonly wasRead: boolean },
): AsyncGenerator<ReplyEvent> {
  const text = sayOpening(record.revealAt - now(), wasRead);
  yield { type: 'text-delta', text };
  yield { type: 'status', phase: 'drawing' };
  let annotated = null;
  try {
    const sheet = { key: undefined, boxes: [], marks: [], legend: [] };
    annotated = await annotator.teachingSheet(film, sheet, { model: model.name, demo: model.demo });
    yield { type: 'image', ...annotated };
  } catch (error) {
    logger.error({ id: id(), error }, 'the film of a teaching case could not be drawn');
  }
  for (const notice of record.notices) yield { type: 'notice', ...notice };
  yield { type: 'end', reply: { ...ownReply(question, text), annotated } };
}

const sayOpening = (leftMs: number, wasRead: boolean): string => {
  const lines = [
    'A teaching case: what do you see? Answer in words here, by side and zone, or by cells of the grid; your last answer counts.',
    `It is revealed in ${sayTime(leftMs)}, or earlier when whoever opened it or a moderator asks for it.`,
  ];
  if (wasRead)
    lines.push('This film was read in this thread before; what was said about it stands above.');
  return lines.join('\n');
};

const MINUTE_MS = 60_000;
const HOURS_FROM_MINUTES = 120;
const DAYS_FROM_HOURS = 48;

const sayTime = (ms: number): string => {
  const minutes = Math.max(1, Math.round(ms / MINUTE_MS));
  if (minutes === 1) return 'one minute';
  if (minutes < HOURS_FROM_MINUTES) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < DAYS_FROM_HOURS ? `${hours} hours` : `${Math.round(hours / 24)} days`;
};

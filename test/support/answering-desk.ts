import { WetreadError } from '../../src/errors.ts';
import type { Answer } from '../../src/core/conversation/answer.ts';
import { createAnswer } from '../../src/core/conversation/create-answer.ts';
import { EMPTY_THREAD, type ThreadRecord } from '../../src/core/conversation/thread-record.ts';
import type { AskedFilm, TurnRecord } from '../../src/core/conversation/turn-record.ts';
import type { Message } from '../../src/core/conversation.ts';
import type { Film } from '../../src/core/film.ts';
import type { Intake, IntakeResult } from '../../src/core/intake/intake.ts';
import { DEMO_PROFILE } from '../../src/core/profile/demo.ts';
import type { Choice, ReplyEvent } from '../../src/core/reply.ts';
import { createLogger } from '../../src/log.ts';
import type { Model } from '../../src/model/model.ts';
import type { Annotator } from '../../src/core/drawing/annotator.ts';
import { createBlankAnnotator, createTestReading, filmNamed } from './scripted-reader.ts';
import { NOTHING_BEFORE } from './no-text.ts';

/** An hour, in milliseconds: long in a test. */
const RETENTION_MS = 3_600_000;

/** What a name stands for: "odd …" is asked about, "turned …" lies the wrong way, "bad …" is no picture. */
const takeNamed = (name: string, choose: Choice['code'] | undefined): IntakeResult => {
  const film = filmNamed(name);
  if (name.startsWith('bad')) throw new WetreadError('not-a-picture');
  const ask = (question: string, refused: boolean, ...codes: Choice['code'][]): IntakeResult => ({
    outcome: 'question',
    film,
    removed: [],
    before: NOTHING_BEFORE,
    event: {
      type: 'choices',
      private: false,
      question,
      refused,
      options: codes.map((code) => ({ code, text: code })),
      picture: null,
    },
  });
  if (name.startsWith('odd') && choose !== 'read')
    return ask('This does not look like a chest film.', true, 'read');
  if (name.startsWith('turned') && choose !== 'turn' && choose !== 'as-is')
    return ask('It seems to be upside down. How shall I read it?', false, 'turn', 'as-is');
  if (name.startsWith('turned') && choose === 'turn')
    return {
      outcome: 'accepted',
      film: filmNamed(name.replace('turned', 'upright')),
      notices: [{ code: 'film-turned', text: 'It was turned.' }],
      removed: [],
    };
  const notices = choose === 'read' ? [{ code: 'gate-overruled', text: 'You said so.' }] : [];
  return { outcome: 'accepted', film, notices, removed: [] };
};

type Said = Partial<Message> & { readonly films?: readonly string[] };

/**
 * A thread of a conversation as the journal runs it, one turn after the other: it keeps the record, the films and the
 * question that is open. Films are names, or real ones that intake takes in.
 */
export class AnsweringDesk {
  thread: ThreadRecord = EMPTY_THREAD;
  /** Names of films whose time has run out. */
  readonly expired = new Set<string>();
  now = 0;
  readonly #answer: Answer;
  readonly #kept = new Map<string, Film>();
  readonly #intake: Intake | undefined;
  readonly #files: ReadonlyMap<string, Uint8Array>;
  #turns = 0;
  #open: { readonly turn: TurnRecord; readonly asked: AskedFilm | undefined } | undefined;

  constructor(
    model: Model,
    {
      annotator = createBlankAnnotator(),
      intake,
      files = new Map<string, Uint8Array>(),
    }: {
      readonly annotator?: Annotator;
      readonly intake?: Intake;
      readonly files?: ReadonlyMap<string, Uint8Array>;
    } = {},
  ) {
    this.#intake = intake;
    this.#files = files;
    this.#answer = createAnswer({
      reading: createTestReading(model, DEMO_PROFILE, annotator),
      annotator,
      model,
      profile: DEMO_PROFILE,
      logger: createLogger('silent'),
      now: () => this.now,
      id: () => 'id',
      retentionFilmsMs: RETENTION_MS,
    });
  }

  /** The turn that was said last. */
  get lastTurn(): string {
    return `turn ${this.#turns}`;
  }

  say(words: string, said: Said = {}, signal?: AbortSignal): Promise<ReplyEvent[]> {
    const turn = this.#turnOf(words, said);
    return this.#run(turn, words, undefined, said.films ?? [], signal);
  }

  /** Answers the question that ended the last turn. */
  choose(code: Choice['code']): Promise<ReplyEvent[]> {
    if (this.#open === undefined) throw new Error('no question is open');
    const { turn: original, asked } = this.#open;
    const turn = this.#turnOf('', {});
    const answered = { code, film: asked, original };
    return this.#run(turn, original.message.text, answered, [], undefined);
  }

  async #run(
    turn: TurnRecord,
    words: string,
    answered: Parameters<Answer>[0]['answered'],
    films: readonly string[],
    signal = new AbortController().signal,
  ): Promise<ReplyEvent[]> {
    const parts = {
      takeFilm: async (index: number) =>
        this.#keep(await this.#take(films[index] ?? '', turn.message.choose)),
      retakeFilm: async ({ sha256 }: { sha256: string }, choose: Choice['code']) => {
        if (this.expired.has(sha256)) return undefined;
        return this.#keep(await this.#take(sha256, choose));
      },
      film: async ({ sha256 }: { sha256: string }) =>
        this.expired.has(sha256) ? undefined : this.#kept.get(sha256),
    };
    const events: ReplyEvent[] = [];
    const request = { turn, words, thread: this.thread, filmWaits: false, answered };
    const answering = this.#answer(request, parts, signal);
    let next = await answering.next();
    while (next.done !== true) {
      events.push(next.value);
      next = await answering.next();
    }
    // As the store gives it back.
    this.thread = JSON.parse(JSON.stringify(next.value.thread)) as ThreadRecord;
    this.#open = { turn, asked: next.value.asked };
    return events;
  }

  /** By its name, or for a film that is kept by its pixels' hash. */
  async #take(name: string, choose: Choice['code'] | undefined): Promise<IntakeResult> {
    const bytes = this.#kept.get(name)?.png ?? this.#files.get(name);
    if (this.#intake === undefined || bytes === undefined) return takeNamed(name, choose);
    return this.#intake.take(bytes, { choose });
  }

  #keep(result: IntakeResult): IntakeResult {
    this.#kept.set(result.film.sha256, result.film);
    return result;
  }

  #turnOf(text: string, { films = [], ...more }: Said): TurnRecord {
    this.#turns += 1;
    return {
      id: this.lastTurn,
      threadKey: 'thread',
      message: {
        platform: 'test',
        workspace: 'w',
        channel: 'c',
        thread: 't',
        id: `m${this.#turns}`,
        author: 'a',
        standing: 'member',
        direct: false,
        text,
        ask: undefined,
        about: undefined,
        addressed: true,
        choose: undefined,
        ...more,
        attachments: films.map((name) => ({ reference: { name } })),
      },
      receivedAt: this.now,
      notBefore: this.now,
      answers: undefined,
      filmFrom: undefined,
      refused: undefined,
    };
  }
}

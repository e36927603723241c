import type { Audit, AuditEvent } from '../../core/audit.ts';
import { toWetreadError } from '../../errors.ts';
import type { CompletionEvent } from './completing.ts';
import type { Mode } from './model-id.ts';

export type Account = {
  readonly audit: Audit;
  readonly model: { readonly name: string; readonly version: string };
  readonly mode: Mode;
  /** The key that was shown, by its hash, or else the address. */
  readonly asker: string;
  readonly films: number;
  /** When the request came and when it was understood; milliseconds since the epoch. */
  readonly cameAt: number;
  readonly begunAt: number;
  readonly now: () => number;
};

type Turn = Extract<AuditEvent, { kind: 'turn' }>;
type Outcome = Pick<Turn, 'outcome' | 'code' | 'boxes' | 'promptTokens' | 'completionTokens'>;

const NOTHING = { code: undefined, boxes: 0, promptTokens: 0, completionTokens: 0 };

/** Passes an answer on, and accounts for it once it has ended, however that was. */
export async function* accounted(
  events: AsyncIterable<CompletionEvent>,
  account: Account,
): AsyncGenerator<CompletionEvent> {
  // Nobody waited for the rest, unless the events say otherwise.
  let outcome: Outcome = { ...NOTHING, outcome: 'stopped' };
  try {
    for await (const event of events) {
      if (event.type === 'end') outcome = outcomeOf(event.ending);
      if (event.type === 'failed') outcome = { ...NOTHING, outcome: 'error', code: event.code };
      yield event;
    }
  } catch (error) {
    const { code } = toWetreadError(error, '');
    if (code !== 'stopped') outcome = { ...NOTHING, outcome: 'error', code };
    throw error;
  } finally {
    write(account, outcome);
  }
}

const outcomeOf = ({
  usage,
  extension,
}: Extract<CompletionEvent, { type: 'end' }>['ending']): Outcome => ({
  outcome: 'reply',
  code: undefined,
  boxes: extension.boxes.length,
  promptTokens: usage.promptTokens,
  completionTokens: usage.completionTokens,
});

/** The API keeps no threads, so there is no place but the whole of it. */
const write = (
  { audit, model, mode, asker, films, cameAt, begunAt, now }: Account,
  outcome: Outcome,
): void =>
  audit.write({
    kind: 'turn',
    platform: 'api',
    workspace: '',
    channel: '',
    thread: '',
    author: asker,
    turn: undefined,
    model: model.name,
    version: model.version,
    task: mode === 'question' || mode === 'raw' ? 'free' : mode,
    waitedMs: begunAt - cameAt,
    answeredMs: now() - begunAt,
    tries: 1,
    films,
    ...outcome,
  });

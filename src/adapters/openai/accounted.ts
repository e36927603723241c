import type { Audit, AuditEvent } from '../../core/audit.ts';
import { answerIn } from '../../core/intake/mask-words.ts';
import type { Choice, Notice } from '../../core/reply.ts';
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

/** The API keeps no threads, so there is no place but the whole of it. */
const PLACE = { platform: 'api', workspace: '', channel: '', thread: '', turn: undefined } as const;

/** What a choice that was sent along did, told by what intake has to say of the film: of most films it does nothing. */
export const accountForChoice = (
  audit: Audit,
  asker: string,
  choice: Choice['code'] | undefined,
  notices: readonly Notice[],
): void => {
  const subject = { ...PLACE, author: asker };
  const said = new Set(notices.map(({ code }) => code));
  const { confirmsMask, film } = answerIn(choice);
  if (confirmsMask && said.has('text-masked')) audit.write({ kind: 'confirmed-mask', ...subject });
  const isOverruled =
    (film === 'read' && said.has('gate-overruled')) || (film === 'as-is' && said.has('film-as-is'));
  if (isOverruled) audit.write({ kind: 'overrule', ...subject, choice: film });
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

const write = (
  { audit, model, mode, asker, films, cameAt, begunAt, now }: Account,
  outcome: Outcome,
): void =>
  audit.write({
    kind: 'turn',
    ...PLACE,
    author: asker,
    model: model.name,
    version: model.version,
    task: mode === 'question' || mode === 'raw' ? 'free' : mode,
    waitedMs: begunAt - cameAt,
    answeredMs: now() - begunAt,
    tries: 1,
    films,
    ...outcome,
  });

import type { Model } from '../../model/model.ts';
import { auditedTask, type AuditedTask, type AuditEvent } from '../audit.ts';
import type { EndingEvent } from './ending.ts';
import type { OpenTurn } from './open-turn.ts';

export type AuditFacts = {
  readonly model: Pick<Model, 'name' | 'version'>;
  /** Milliseconds since the epoch. */
  readonly begunAt: number;
  readonly endedAt: number;
};

/** What is accounted for of a turn that has ended. */
export const auditOf = (
  { id, record, progress }: OpenTurn,
  event: EndingEvent,
  { model, begunAt, endedAt }: AuditFacts,
): AuditEvent => {
  const { message, receivedAt } = record;
  const { platform, workspace, channel, thread, author } = message;
  const reply = event.type === 'end' ? event.reply : undefined;
  return {
    kind: 'turn',
    platform,
    workspace,
    channel,
    thread,
    author,
    turn: id,
    model: model.name,
    version: model.version,
    task: taskOf(message),
    outcome: outcomeNameOf(event),
    code: event.type === 'error' ? event.code : undefined,
    waitedMs: begunAt - receivedAt,
    answeredMs: endedAt - begunAt,
    tries: progress.tries,
    films: message.attachments.length,
    boxes: reply?.boxes.length ?? 0,
    promptTokens: reply?.usage.promptTokens ?? 0,
    completionTokens: reply?.usage.completionTokens ?? 0,
  };
};

const taskOf = ({ ask, teaching, text }: OpenTurn['record']['message']): AuditedTask => {
  if (teaching !== undefined) return 'case';
  return ask === undefined && text.trim() === '' ? 'wet-read' : auditedTask(ask);
};

const outcomeNameOf = (event: EndingEvent): 'reply' | 'question' | 'stopped' | 'error' => {
  switch (event.type) {
    case 'end':
      return event.reply.finishReason === 'stopped' ? 'stopped' : 'reply';
    case 'choices':
      return 'question';
    case 'error':
      return 'error';
  }
};

import type { Feedback, Place, TurnId } from './conversation.ts';
import type { Choice } from './reply.ts';
import type { Ask, Task } from './reading.ts';

/** Where it happened and who did it, in the platform's ids. */
type AuditSubject = Place & {
  /** undefined: nobody in particular (a deletion on the platform, the retention sweep). */
  readonly author: string | undefined;
  readonly turn: TurnId | undefined;
};

/** What an operator can account for afterwards: who had what done when, and what became of it. Never a word of it. */
export type AuditEvent =
  | (AuditSubject & {
      readonly kind: 'turn';
      readonly model: string;
      readonly version: string;
      readonly task: AuditedTask;
      readonly outcome: 'reply' | 'question' | 'stopped' | 'error';
      /** Of the one table of errors; undefined unless `outcome` is `error`. */
      readonly code: string | undefined;
      /** From when it was taken until it was begun, and from then to its ending. */
      readonly waitedMs: number;
      readonly answeredMs: number;
      readonly tries: number;
      readonly films: number;
      readonly boxes: number;
      readonly promptTokens: number;
      readonly completionTokens: number;
    })
  /** Somebody had a film read that intake asked about or refused. */
  | (AuditSubject & { readonly kind: 'overrule'; readonly choice: Choice['code'] })
  /** Somebody confirmed that nothing of a patient is left on a masked film. */
  | (AuditSubject & { readonly kind: 'confirmed-mask' })
  /** Somebody judged a reply. `corrected`: with a box of their own. */
  | (AuditSubject & {
      readonly kind: 'correction';
      readonly feedback: Feedback['kind'];
      readonly corrected: boolean;
    })
  | (AuditSubject & { readonly kind: 'forget'; readonly turns: number; readonly films: number })
  /** Somebody did something to a teaching case. `seen`: was shown its reading or key before the reveal. */
  | (AuditSubject & {
      readonly kind: 'case';
      readonly act:
        | 'opened'
        | 'seen'
        | 'confirmed'
        | 'corrected'
        | 'kept'
        | 'let-go'
        | 'closed'
        | 'revealed'
        | 'forgotten';
    })
  /** The operator wrote the feedback, or the teaching cases, out. */
  | { readonly kind: 'export'; readonly rows: number };

/** What a turn was for: a task's name, or the shape of a question, never its words. `case`: a teaching case's post or reveal. */
export type AuditedTask = Task | 'locate' | 'free' | 'case';

export interface Audit {
  /** Returns at once; a line that cannot be written is logged by whoever writes it, and holds up no reply. */
  write(event: AuditEvent): void;
}

export const auditedTask = (ask: Ask | undefined): AuditedTask => {
  switch (ask?.kind) {
    case 'task':
      return ask.task;
    case 'locate':
      return 'locate';
    case 'free':
    case undefined:
      return 'free';
  }
};

/** Hands every event to each of `audits`. */
export const auditAll = (audits: readonly Audit[]): Audit => ({
  write: (event) => {
    for (const audit of audits) audit.write(event);
  },
});

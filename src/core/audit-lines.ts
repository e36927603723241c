import type { Audit, AuditEvent } from './audit.ts';
import type { Pseudonym } from './pseudonym.ts';

export type AuditLinesOptions = {
  /** What stands in place of an id; undefined: the platform's own ids are written. */
  readonly pseudonym: Pseudonym | undefined;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Keeps one line, which ends without a line feed. */
  readonly append: (line: string, at: number) => void;
};

/** The fields that are ids of a platform, or are made of them. */
const ID_FIELDS = ['workspace', 'channel', 'thread', 'author', 'turn'] as const;

/** Writes each event as one JSON object: when, what, by whom and where (plain ids, or keyed hashes of them), and counts. */
export const createAuditLines = ({ pseudonym, now, append }: AuditLinesOptions): Audit => ({
  write: (event) => {
    const at = now();
    const { kind, ...facts } = pseudonym === undefined ? event : withPseudonyms(event, pseudonym);
    append(JSON.stringify({ at: new Date(at).toISOString(), kind, ...facts }), at);
  },
});

const withPseudonyms = (event: AuditEvent, pseudonym: Pseudonym): AuditEvent => {
  if (event.kind === 'export') return event;
  const hidden = ID_FIELDS.map((field) => {
    const id = event[field];
    // Discord's direct messages and the page have no workspace: a hash of nothing would look like one.
    return [field, id === undefined || id === '' ? id : pseudonym(event.platform, field, id)];
  });
  return { ...event, ...(Object.fromEntries(hidden) as Pick<typeof event, 'turn'>) };
};

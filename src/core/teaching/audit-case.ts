import type { Audit, AuditEvent } from '../audit.ts';
import type { CaseRecord } from './case-record.ts';

type CaseAct = Extract<AuditEvent, { kind: 'case' }>['act'];

/** Accounts for what was done to a case; `author`: undefined when nobody in particular did it. */
export const auditCase = (
  { audit }: { readonly audit: Audit },
  { platform, workspace, channel, thread, turn }: CaseRecord,
  act: CaseAct,
  author: string | undefined,
): void => audit.write({ kind: 'case', platform, workspace, channel, thread, author, turn, act });

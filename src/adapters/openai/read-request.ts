import type { z } from 'zod';
import { WetreadError } from '../../errors.ts';
import { unsupportedField } from './unsupported-field.ts';
import { CHAT_REQUEST, type ChatRequest } from './wire.ts';

/**
 * A request's body as it is used. Fails with `field-unsupported`, or `request-invalid` with the field and its rule; what
 * stood in the field is not repeated.
 */
export const readRequest = (body: unknown): ChatRequest => {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new WetreadError('request-invalid', { problem: 'its body must be a JSON object' });
  const field = unsupportedField(body as Record<string, unknown>);
  if (field !== undefined) throw new WetreadError('field-unsupported', { param: field });
  const result = CHAT_REQUEST.safeParse(body);
  if (result.success) return result.data;
  const { path, message } = deepest(result.error.issues[0]);
  const param = nameOf(path);
  throw new WetreadError('request-invalid', { problem: `${param} ${message}`, param });
};

type Issue = { readonly path: readonly PropertyKey[]; readonly message: string };

/**
 * Of a union, the issue of the member that came furthest: a list of parts with one wrong part is that part's fault, not
 * "neither a text nor a list".
 */
const deepest = (issue: z.core.$ZodIssue | undefined): Issue => {
  if (issue === undefined) return { path: [], message: 'is not as it should be' };
  if (issue.code !== 'invalid_union') return { path: issue.path, message: worded(issue.message) };
  const members = issue.errors
    .flatMap((member) => (member[0] === undefined ? [] : [deepest(member[0])]))
    .toSorted((a, b) => b.path.length - a.path.length);
  const [furthest] = members;
  return furthest === undefined || furthest.path.length === 0
    ? { path: issue.path, message: worded(issue.message) }
    : { path: [...issue.path, ...furthest.path], message: furthest.message };
};

/** "Invalid input: expected string" after a field's name: "model is wrong: expected string". */
const worded = (message: string): string => {
  if (message.endsWith('received undefined')) return 'is missing';
  const rule = message.replace(/^(?:Invalid \w+|Too \w+): /, '');
  return rule === message ? message : `is wrong: ${rule}`;
};

/** `messages[0].content`. */
const nameOf = (path: readonly PropertyKey[]): string =>
  path
    .map((step, at) =>
      typeof step === 'number' ? `[${step}]` : `${at === 0 ? '' : '.'}${String(step)}`,
    )
    .join('') || 'body';

import { pino, type Logger } from 'pino';

export type { Logger } from 'pino';
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/**
 * Fields that may carry a patient's name, a question, an answer or a secret. They are removed wherever they stand
 * in the first three levels of a logged object; nothing of the project logs them on purpose.
 */
const SECRET_FIELDS = [
  'text',
  'raw',
  'question',
  'answer',
  'prompt',
  'messages',
  'content',
  'label',
  'sentence',
  'message',
  'what',
  'file',
  'filename',
  'fileName',
  'path',
  'name',
  'title',
  'url',
  'png',
  'bytes',
  'body',
  'headers',
  'authorization',
  'token',
  'apiKey',
  'key',
  'password',
  'cause',
  'stack',
] as const;

const REDACTED_PATHS = SECRET_FIELDS.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]);

/**
 * The one logger: JSON, one object a line, on stderr (stdout belongs to answers). An error is logged by code and
 * type alone: an exception's own words may quote what a user sent.
 */
export const createLogger = (
  level: LogLevel,
  destination: NodeJS.WritableStream = process.stderr,
): Logger =>
  pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: REDACTED_PATHS, censor: '[Redacted]' },
      serializers: { err: describeError, error: describeError },
      hooks: {
        // pino copies err.message into msg when a bare Error is logged; the message may quote a user.
        logMethod(args, method) {
          const [first, ...rest] = args as [unknown, ...unknown[]];
          const safe = first instanceof Error ? { err: first } : first;
          const words = first instanceof Error && rest.length === 0 ? ['failed'] : rest;
          (method as (...all: unknown[]) => void).apply(this, [safe, ...words]);
        },
      },
    },
    destination,
  );

const describeError = (error: unknown): unknown => {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = (error as { code?: unknown }).code;
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  return {
    type: error.name,
    code: typeof code === 'string' ? code : undefined,
    at: frames.slice(0, 4).map((line) => line.trim()),
  };
};

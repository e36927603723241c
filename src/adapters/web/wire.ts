import { z } from 'zod';
import { INTAKE_CHOICES } from '../../core/reply.ts';
import { WetreadError } from '../../errors.ts';

/** What the page sends. Its answers are `PageEvent`s and the objects in thread-routes.ts. */
const choice = z.union([
  z.enum([...INTAKE_CHOICES, 'leave']),
  z.templateLiteral(['film-', z.int().min(1)]),
]);

/** Thread and upload ids are ours: randomUUID, 122 bits. */
export const threadParams = z.object({ thread: z.uuid() });
/** A turn's name, as turn-names.ts says. */
export const turnParams = threadParams.extend({ turn: z.string().min(1) });

export const messageBody = z.object({
  /** The page's own number of the message: sent twice, it is one message. */
  id: z.string().regex(/^[\w-]{8,64}$/),
  text: z.string().default(''),
  ask: z
    .discriminatedUnion('kind', [
      z.object({
        kind: z.literal('task'),
        task: z.enum(['wet-read', 'report', 'classify', 'detect']),
      }),
      z.object({ kind: z.literal('locate'), what: z.string().min(1) }),
    ])
    .optional(),
  film: z
    .union([z.object({ upload: z.uuid() }), z.object({ sample: z.string().max(100) })])
    .optional(),
  choose: choice.optional(),
});
export type MessageBody = z.infer<typeof messageBody>;

export const choiceBody = z.object({ code: choice });

const share = z.number().min(0).max(1);
const boxNumber = z.int().min(1);
/** What may be left out, and is undefined then. */
const orUndefined = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().transform((value) => value);

/** A judgement of a reply: of the whole, or of the box with a number. */
export const feedbackBody = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['right', 'wrong-finding']),
    box: orUndefined(boxNumber),
  }),
  z.object({
    kind: z.literal('wrong-place'),
    box: boxNumber,
    corrected: orUndefined(
      z
        .tuple([share, share, share, share])
        .refine(([left, top, right, bottom]) => left < right && top < bottom),
    ),
  }),
]);

/** Fails with `request-invalid`, which names the field and never what stood in it. */
export const parse = <Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): z.infer<Schema> => {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.') || 'body';
  throw new WetreadError('request-invalid', { problem: `its "${field}" is not as it should be` });
};

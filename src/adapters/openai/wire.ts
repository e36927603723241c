import { z } from 'zod';
import { INTAKE_CHOICES } from '../../core/reply.ts';

/**
 * What travels: OpenAI's chat completions, and our extension. Requests are read loosely, only the fields used; the OpenAPI
 * document is made from these same schemas.
 */

/** Clients send null for what is not set. */
const orNull = <Schema extends z.ZodType>(schema: Schema) =>
  schema.nullish().transform((value) => value ?? undefined);

/** Half a surrogate pair and the null character are in no text; tokenizers and C strings trip over them. */
const text = z.string().refine((value) => !/[\0\p{Surrogate}]/u.test(value), {
  error: 'holds characters that no text has',
});

const textPart = z.object({ type: z.literal('text'), text });

const imagePart = z.object({
  type: z.literal('image_url'),
  image_url: z
    .union([z.string(), z.object({ url: z.string() })], {
      error: 'must be an address, or an object with a url',
    })
    .transform((image) => (typeof image === 'string' ? image : image.url)),
});

const texts = z.union([text, z.array(textPart)], {
  error: 'must be a text, or a list of text parts',
});

const userContent = z.union(
  [
    text,
    z.array(
      z.discriminatedUnion('type', [textPart, imagePart], {
        error: 'only parts of type text and image_url are supported',
      }),
    ),
  ],
  { error: 'must be a text, or a list of text and image_url parts' },
);

const message = z.discriminatedUnion(
  'role',
  [
    z.object({ role: z.literal('system'), content: texts }),
    z.object({ role: z.literal('developer'), content: texts }),
    z.object({ role: z.literal('user'), content: userContent }),
    z.object({
      role: z.literal('assistant'),
      content: orNull(texts),
      tool_calls: orNull(z.array(z.unknown()).max(0, { error: 'tool calls are not supported' })),
    }),
  ],
  { error: 'only messages of the roles system, developer, user and assistant are supported' },
);

/** Rounds of a conversation that were taught are ten at most; this is a hundred and more. */
const MOST_MESSAGES = 256;
/** As many as OpenAI takes. */
const MOST_STOPS = 4;

export const CHAT_REQUEST = z.object({
  model: z.string(),
  messages: z
    .array(message)
    .min(1, { error: 'must hold at least one message' })
    .max(MOST_MESSAGES, { error: `must hold at most ${MOST_MESSAGES} messages` }),
  stream: orNull(z.boolean()),
  stream_options: orNull(z.object({ include_usage: orNull(z.boolean()) })),
  temperature: orNull(z.number().min(0).max(2)).describe('Greedy (0) unless set.'),
  top_p: orNull(z.number().gt(0).max(1)),
  seed: orNull(z.int()),
  max_tokens: orNull(z.int().min(1)),
  max_completion_tokens: orNull(z.int().min(1)),
  stop: orNull(
    z.union([text.min(1), z.array(text.min(1)).max(MOST_STOPS)], {
      error: `must be a text, or a list of at most ${MOST_STOPS} texts, none of them empty`,
    }),
  ),
  n: orNull(z.literal(1, { error: 'only 1 is supported' })),
  wetread: orNull(
    z.object({
      choose: orNull(z.enum(INTAKE_CHOICES)).describe(
        'Answers beforehand what would be asked about the film. "masked…": a person has seen the masked film and finds nothing of a patient in it.',
      ),
      annotate: orNull(z.boolean()).describe(
        'Whether pictures are sent back: the film with its boxes drawn, or as it is asked about.',
      ),
    }),
  ),
});

export type ChatRequest = z.output<typeof CHAT_REQUEST>;
export type ChatMessage = ChatRequest['messages'][number];

const count = z.int().min(0);
const share = z.number().min(0).max(1);

export const USAGE = z
  .object({
    prompt_tokens: count,
    completion_tokens: count,
    total_tokens: count,
    prompt_tokens_details: z.object({ cached_tokens: count }),
  })
  .describe('Of every call of the model that the answer took.');

const CHOICE = z.object({ code: z.string(), text: z.string() });

export const EXTENSION = z.object({
  text: z.string().describe('The answer with "(1)" where coordinates were.'),
  boxes: z.array(
    z.object({
      number: z.int().min(1).describe('As in text, and on the annotated film.'),
      label: z.string().describe('What the box is of.'),
      box: z
        .tuple([share, share, share, share])
        .describe("x1, y1, x2, y2 as shares of the film's width and height, origin top left."),
      pixels: z
        .tuple([count, count, count, count])
        .describe('The same in pixels of the film; x2 and y2 exclusive.'),
      sentence: z.string().describe('The sentence of text that the box belongs to.'),
      side: z.enum(['right', 'left']).nullable().describe("The patient's."),
    }),
  ),
  notices: z
    .array(z.object({ code: z.string(), text: z.string() }))
    .describe('What is to be told beside the answer.'),
  choices: z.array(CHOICE).describe('Empty in an answer; a film that is asked about is an error.'),
  annotated: z
    .string()
    .nullable()
    .describe('The film with its boxes as a data URI of PNG; null: not asked for, or no box.'),
});
export type Extension = z.output<typeof EXTENSION>;

const FINISH_REASON = z.enum(['stop', 'length']);
const identity = {
  id: z.string(),
  created: count.describe('Seconds since 1970.'),
  model: z.string(),
  system_fingerprint: z.string().describe('Tells one set of weights from another.'),
};

export const COMPLETION = z.object({
  ...identity,
  object: z.literal('chat.completion'),
  choices: z.tuple([
    z.object({
      index: z.literal(0),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string(),
        refusal: z.null(),
        wetread: EXTENSION,
      }),
      logprobs: z.null(),
      finish_reason: FINISH_REASON,
    }),
  ]),
  usage: USAGE,
});
export type Completion = z.output<typeof COMPLETION>;

export const CHUNK = z.object({
  ...identity,
  object: z.literal('chat.completion.chunk'),
  choices: z
    .array(
      z.object({
        index: z.literal(0),
        delta: z.object({
          role: z.literal('assistant').optional(),
          content: z.string().optional(),
        }),
        logprobs: z.null(),
        finish_reason: FINISH_REASON.nullable(),
      }),
    )
    .max(1),
  usage: USAGE.nullable().optional().describe('With stream_options.include_usage.'),
  wetread: EXTENSION.optional().describe('On the chunk with the finish_reason.'),
});
export type Chunk = z.output<typeof CHUNK>;

export const MODEL_CARD = z.object({
  id: z.string(),
  object: z.literal('model'),
  created: count,
  owned_by: z.literal('wetread'),
});

export const MODEL_LIST = z.object({ object: z.literal('list'), data: z.array(MODEL_CARD) });

export const FAILURE = z.object({
  error: z.object({
    message: z.string().describe('One sentence for people.'),
    type: z.enum([
      'invalid_request_error',
      'authentication_error',
      'permission_error',
      'rate_limit_error',
      'server_error',
    ]),
    param: z.string().nullable().describe('The field that is meant.'),
    code: z.string().describe('One of docs/errors.md.'),
    wetread: z
      .object({
        choices: z.array(CHOICE).describe('What may be sent as wetread.choose.'),
        picture: z
          .string()
          .nullable()
          .describe(
            'The film as it would be read, masked or turned, as a data URI of PNG; null: not asked for, or it is the one that was sent.',
          ),
      })
      .optional()
      .describe('Where the film is asked about.'),
  }),
});

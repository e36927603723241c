import { z } from 'zod';

/**
 * What is read of an OpenAI-compatible server's answers: only fields that are used, each allowed to be missing or null.
 * Strings that are not needed are never parsed, so they can't be kept or logged.
 */

const count = z.number().int().nonnegative();

export const CompletionUsage = z.object({
  prompt_tokens: count,
  completion_tokens: count.nullish(),
  prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
});
export type CompletionUsage = z.infer<typeof CompletionUsage>;

/**
 * One event of a streamed answer. `choices` is empty in the last one, which carries the usage; `content` is missing or
 * null beside a role or reasoning. `reasoning` (Ollama, newer vLLM) and `reasoning_content` (llama.cpp, older vLLM) only show
 * that the server is at work.
 */
export const CompletionChunk = z.object({
  choices: z
    .array(
      z.object({
        delta: z
          .object({
            content: z.string().nullish(),
            reasoning: z.string().nullish(),
            reasoning_content: z.string().nullish(),
          })
          .nullish(),
        finish_reason: z.string().nullish(),
      }),
    )
    .nullish(),
  usage: CompletionUsage.nullish().catch(undefined),
});
export type CompletionChunk = z.infer<typeof CompletionChunk>;

/** `max_model_len` is vLLM's and SGLang's, `meta.n_ctx` of some llama.cpp builds. */
export const ModelList = z.object({
  data: z.array(
    z.object({
      id: z.string().min(1),
      owned_by: z.string().nullish().catch(undefined),
      max_model_len: count.nullish().catch(undefined),
      meta: z.object({ n_ctx: count.nullish() }).nullish().catch(undefined),
    }),
  ),
});
export type ModelList = z.infer<typeof ModelList>;

const ErrorFields = z.object({
  message: z.string(),
  type: z.string().nullish().catch(undefined),
  param: z.string().nullish().catch(undefined),
  /** OpenAI's word ("context_length_exceeded"), or vLLM's and llama.cpp's number, which repeats the status. */
  code: z.union([z.string(), z.number()]).nullish().catch(undefined),
});
export type ErrorFields = z.infer<typeof ErrorFields>;

/**
 * The error of a body in any of its shapes: nested (OpenAI, newer vLLM, llama.cpp, Ollama), flat (vLLM until 0.10, with
 * `object: "error"`), or a bare word (vLLM's "Unauthorized"). undefined: not an OpenAI-compatible server's error.
 */
export const readErrorFields = (body: unknown): ErrorFields | undefined => {
  const parsed = ErrorBody.safeParse(body);
  return parsed.success ? parsed.data : undefined;
};

const ErrorBody = z.union([
  z.object({ error: ErrorFields }).transform(({ error }) => error),
  z.object({ error: z.string() }).transform(({ error }) => ({ message: error }) as ErrorFields),
  ErrorFields,
]);

import type { ChatCompletionCreateParamsStreaming } from 'openai/resources/chat/completions';
import { WetreadError } from '../../errors.ts';
import type { ModelMessage, ModelRequest } from '../model.ts';

/**
 * `max_tokens` is the name that every server of this kind reads. Ollama knows no other and answers without end when it is
 * left out; vLLM and SGLang take both. OpenAI's reasoning models refuse it by name, so the newer one is used once a server asked for it.
 */
export type TokenLimitName = 'max_tokens' | 'max_completion_tokens';

/** A request that only reads asks for the one token that a server must write, and drops it: a server with a prefix cache has then read the film. */
const LEAST_TOKENS = 1;

/**
 * The request as it is sent. Temperature always (a server's default is 0.8, 1.0 or the checkpoint's own); top_p and seed
 * only where they mean something; no system message unless the caller has one; the film as a data URI in the object form.
 *
 * Fails with `question-empty`, `one-film-only`, `film-not-first`.
 */
export const buildCompletionRequest = (
  { messages, maxTokens, sampling, stop }: ModelRequest,
  { model, limitName }: { readonly model: string; readonly limitName: TokenLimitName },
): ChatCompletionCreateParamsStreaming => {
  checkMessages(messages);
  const { temperature, topP, seed } = sampling;
  return {
    model,
    messages: messages.map(writeMessage),
    [limitName]: Math.max(maxTokens, LEAST_TOKENS),
    temperature,
    ...(temperature > 0 && topP < 1 ? { top_p: topP } : {}),
    ...(temperature > 0 && seed !== undefined ? { seed } : {}),
    ...(stop.length > 0 ? { stop: [...stop] } : {}),
    stream: true,
    stream_options: { include_usage: true },
  };
};

const checkMessages = (messages: readonly ModelMessage[]): void => {
  if (messages.at(-1)?.role !== 'user') throw new WetreadError('question-empty');
  // Servers count images over the whole history (vLLM: "At most 1 image(s)"), and the model was taught with one, in its first turn.
  const images = messages.flatMap((message) => message.images);
  if (images.length > 1) throw new WetreadError('one-film-only');
  const first = messages.find(({ role }) => role === 'user');
  if (images.length === 1 && first?.images.length !== 1) throw new WetreadError('film-not-first');
};

type WireMessage = ChatCompletionCreateParamsStreaming['messages'][number];

const writeMessage = ({ role, text, images }: ModelMessage): WireMessage => {
  const [image] = images;
  if (role !== 'user' || image === undefined) return { role, content: text };
  const base64 = Buffer.from(image.png).toString('base64');
  return {
    role,
    content: [
      { type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } },
      { type: 'text', text },
    ],
  };
};

/** Whether a value asks for something; null never does. */
type Asks = (value: unknown) => boolean;

const anything: Asks = () => true;
const notEmpty: Asks = (value) => typeof value !== 'object' || Object.keys(value ?? {}).length > 0;
const notZero: Asks = (value) => value !== 0;
const other =
  (...words: readonly unknown[]): Asks =>
  (value) =>
    !words.includes(value);

/**
 * Fields of OpenAI's API that change the answer and that nothing here can honour. A client that gets words although it
 * asked for a tool call would be misled, so these are refused by name where they ask for something. What is in neither
 * this table nor the request's schema is ignored.
 */
const UNSUPPORTED: Readonly<Record<string, Asks>> = {
  audio: anything,
  frequency_penalty: notZero,
  function_call: other('none', 'auto'),
  functions: notEmpty,
  logit_bias: notEmpty,
  logprobs: other(false),
  modalities: (value) => !Array.isArray(value) || value.some((modality) => modality !== 'text'),
  prediction: anything,
  presence_penalty: notZero,
  reasoning_effort: other('none'),
  response_format: (value) => (value as { type?: unknown }).type !== 'text',
  store: other(false),
  tool_choice: other('none', 'auto'),
  tools: notEmpty,
  top_logprobs: notZero,
  web_search_options: anything,
};

/** The first field of a request that asks for what is not supported. */
export const unsupportedField = (body: Readonly<Record<string, unknown>>): string | undefined =>
  Object.keys(UNSUPPORTED).find((name) => {
    const value = Object.hasOwn(body, name) ? body[name] : undefined;
    return value !== undefined && value !== null && UNSUPPORTED[name]?.(value) === true;
  });

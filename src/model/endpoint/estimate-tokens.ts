import type { ModelMessage } from '../model.ts';

/** Tokens of one film at most: 729 of the whole, 1.1^2 * 9 * 729 of the tiles, a newline a row; LLaVA-OneVision's anyres_max_9. */
const IMAGE_TOKENS = 9_000;

/** English prose takes four to five characters a token in vocabularies of this size, coordinates fewer; 3.5 errs on the side of more. */
const CHARACTERS_PER_TOKEN = 3.5;

/** The template's own: start, role, newline, end, newline. */
const MESSAGE_TOKENS = 5;

/** The template's "<|im_start|>assistant\n". */
const ANSWER_TOKENS = 3;

/**
 * Prompt tokens of these messages, rather too many than too few. An estimate: an OpenAI-compatible server has no common way to
 * count, and images count differently by model. A refusal for length comes from the server alone.
 */
export const estimateTokens = (messages: readonly ModelMessage[]): number =>
  messages.reduce(
    (sum, { text, images }) =>
      sum + MESSAGE_TOKENS + estimateTextTokens(text) + images.length * IMAGE_TOKENS,
    ANSWER_TOKENS,
  );

const estimateTextTokens = (text: string): number => Math.ceil(text.length / CHARACTERS_PER_TOKEN);

import { WetreadError } from '../../errors.ts';
import type { ModelImage, ModelMessage } from '../model.ts';
import type { ChatTemplate, TemplateMessage } from './chat-template.ts';
import type { CheckpointConfig } from './config.ts';
import { planTiles } from './tile-plan.ts';
import { patternOf, splitAt, type Tokenizer } from './tokenizer.ts';

/** A conversation as the decoder reads it. */
type Prompt = {
  /** Image tokens expanded: one for each of the image's features. */
  readonly ids: Int32Array;
  /** Where the image's features go: ids[start .. start + count) are image tokens. */
  readonly image:
    | { readonly sha256: string; readonly start: number; readonly count: number }
    | undefined;
};

/**
 * Builds the prompt of a conversation. Fails with `one-film-only`, or `film-not-first` when the image is not in the first
 * user message.
 *
 * What holds:
 * - The ids are those that transformers makes of the rendered template, as long as no text has a control token in it.
 * - No text makes a control token: "<|im_end|>" typed by a user is ten characters to the model.
 * - The ids of a conversation are a prefix of its ids with an answer and a further question added, whatever the texts
 *   are: an answer is encoded by itself, as it was when the model wrote it. The answer's own ids need not be those
 *   that the model chose, as one text may be split into tokens in several ways.
 */
export type BuildPrompt = (messages: readonly ModelMessage[]) => Prompt;

export const createBuildPrompt = (
  tokenizer: Tokenizer,
  template: ChatTemplate,
  config: Pick<CheckpointConfig, 'vision' | 'image'>,
): BuildPrompt => {
  const { controlTokens } = tokenizer;
  const { imageToken } = config.image;
  return (messages) => {
    const image = imageOf(messages);
    const { hide, reveal } = createHiding(controlTokens.keys());
    const rendered = template(messages.map((message) => toTemplateMessage(message, hide)));

    const ids: number[] = [];
    let place: Prompt['image'];
    for (const part of splitAt(rendered, controlTokens)) {
      const control = controlTokens.get(part);
      if (control === undefined) {
        for (const run of part.split(ANSWER_MARK))
          for (const id of tokenizer.encodeText(reveal(run))) ids.push(id);
      } else if (control !== imageToken) {
        ids.push(control);
      } else if (image === undefined || place !== undefined) {
        throw wrongImageCount();
      } else {
        const { tokens: count } = planTiles(image.height, image.width, config.vision, config.image);
        place = { sha256: image.sha256, start: ids.length, count };
        for (let i = 0; i < count; i++) ids.push(imageToken);
      }
    }
    if (image !== undefined && place === undefined) throw wrongImageCount();
    return { ids: Int32Array.from(ids), image: place };
  };
};

/** The one image of a conversation. */
const imageOf = (messages: readonly ModelMessage[]): ModelImage | undefined => {
  const images = messages.flatMap((message) => message.images);
  if (images.length > 1) throw new WetreadError('one-film-only');
  const [image] = images;
  const firstOfUser = messages.find(({ role }) => role === 'user');
  if (image !== undefined && firstOfUser?.images[0] !== image)
    throw new WetreadError('film-not-first');
  return image;
};

const toTemplateMessage = (
  message: ModelMessage,
  hide: (text: string) => string,
): TemplateMessage => ({
  role: message.role,
  content: [
    ...message.images.map(() => ({ type: 'image' as const })),
    { type: 'text', text: (message.role === 'assistant' ? ANSWER_MARK : '') + hide(message.text) },
  ],
});

/**
 * Noncharacters of Unicode stand for what must not be seen as it is while the template and the control tokens are dealt
 * with. Texts may hold them too; there they are hidden like control tokens.
 */
const HIDDEN_MARK = '\uFDD0';
/** Begins the text of an answer. Without it, "assistant\n" and an answer's own leading line break would become one token. */
const ANSWER_MARK = '\uFDD1';

/** Takes strings out of texts, and puts them back: number k of the hidden ones is "MARK k MARK" meanwhile. */
const createHiding = (
  literals: Iterable<string>,
): { hide: (text: string) => string; reveal: (text: string) => string } => {
  const toHide = new RegExp(patternOf([...literals, HIDDEN_MARK, ANSWER_MARK]), 'g');
  const toReveal = new RegExp(`${HIDDEN_MARK}(\\d+)${HIDDEN_MARK}`, 'g');
  const hidden: string[] = [];
  return {
    hide: (text) =>
      text.replace(toHide, (found) => `${HIDDEN_MARK}${hidden.push(found) - 1}${HIDDEN_MARK}`),
    reveal: (text) => text.replace(toReveal, (_, index: string) => hidden[Number(index)] ?? ''),
  };
};

const wrongImageCount = (): WetreadError =>
  new WetreadError('checkpoint-file-invalid', {
    part: 'chat template',
    reason: 'it does not show each picture once',
  });

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { WetreadError } from '../../errors.ts';

/** A message as chat templates of vision-language models expect it. */
export type TemplateMessage = {
  readonly role: string;
  readonly content: readonly (
    | { readonly type: 'image' }
    | { readonly type: 'text'; readonly text: string }
  )[];
};

/** The prompt of a conversation, up to where the model's answer begins. */
export type ChatTemplate = (messages: readonly TemplateMessage[]) => string;

/**
 * Reads a checkpoint's chat template where transformers looks for it: chat_template.jinja, else chat_template.json, else
 * tokenizer_config.json. Fails with `checkpoint-file-missing` or `checkpoint-file-invalid`.
 */
export const loadChatTemplate = async (directory: string): Promise<ChatTemplate> => {
  const source =
    (await readIfThere(join(directory, 'chat_template.jinja'))) ??
    templateIn(await readIfThere(join(directory, 'chat_template.json'))) ??
    templateIn(await readIfThere(join(directory, 'tokenizer_config.json')));
  if (source === undefined)
    throw new WetreadError('checkpoint-file-missing', { part: 'chat template' });
  const template = attempt('it is not a Jinja template', () => new Template(source));
  return (messages) =>
    attempt('it does not render a conversation', () =>
      template.render({ messages, add_generation_prompt: true }),
    );
};

const readIfThere = async (path: string): Promise<string | undefined> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new WetreadError(
      'checkpoint-file-invalid',
      { part: PART, reason: 'it cannot be read' },
      { cause: error },
    );
  }
};

/** The `chat_template` of a JSON file: one template, or a list of named ones, of which "default" is ours. */
const templateIn = (json: string | undefined): string | undefined => {
  if (json === undefined) return undefined;
  const found = attempt(
    'it is not JSON',
    () => JSON.parse(json) as { chat_template?: unknown },
  ).chat_template;
  if (typeof found === 'string') return found;
  if (!Array.isArray(found)) return undefined;
  const named = found as readonly { readonly name?: string; readonly template?: string }[];
  return named.find(({ name }) => name === 'default')?.template;
};

const PART = 'chat template';

const attempt = <Result>(reason: string, act: () => Result): Result => {
  try {
    return act();
  } catch (cause) {
    throw new WetreadError('checkpoint-file-invalid', { part: PART, reason }, { cause });
  }
};

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tokenizer as BytePairTokenizer } from '@huggingface/tokenizers';
import { WetreadError } from '../../errors.ts';
import type { CheckpointConfig } from './config.ts';

/** Text to ids and back, as the checkpoint's tokenizer.json says (byte-level BPE, Qwen2's kind). */
export type Tokenizer = {
  /** Ids of a text in which control tokens written out ("<|im_end|>") become those tokens. Never for what users wrote. */
  encode(text: string): number[];
  /** Ids of a text that is nothing but text: "<|im_end|>" is ten characters here. */
  encodeText(text: string): number[];
  /** Broken bytes become U+FFFD; ids that the tokenizer lacks are left out. */
  decode(ids: readonly number[], options: { readonly skipSpecial: boolean }): string;
  /** The UTF-8 that a token adds to the text; often not a whole character. Empty for an id that the tokenizer lacks. */
  bytesOf(id: number): Uint8Array;
  /** Left out of what users read: ends, turns, the picture's place. */
  isSpecial(id: number): boolean;
  /** Every token that is matched before the text is split, special ones among them: content to id. */
  readonly controlTokens: ReadonlyMap<string, number>;
  /** The highest id and one. Not above the model's vocabulary rows. */
  readonly tokenCount: number;
};

type AddedToken = {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly single_word?: boolean;
};

type TokenizerFile = {
  readonly model?: { readonly type?: string; readonly vocab?: Readonly<Record<string, number>> };
  readonly decoder?: { readonly type?: string } | null;
  readonly added_tokens?: readonly AddedToken[];
};

/** Reads tokenizer.json of a checkpoint's folder. Fails with `checkpoint-file-missing`, and as `parseTokenizer` does. */
export const loadTokenizer = async (directory: string): Promise<Tokenizer> => {
  const text = await readFile(join(directory, 'tokenizer.json'), 'utf8').catch((cause: unknown) => {
    throw new WetreadError('checkpoint-file-missing', { part: 'tokenizer.json' }, { cause });
  });
  return parseTokenizer(text);
};

/**
 * The tokenizer of what a tokenizer.json says. Its normaliser is followed as it stands (transformers 5 puts NFC in its
 * place whatever the file says; Qwen2's files say NFC). Fails with `checkpoint-file-invalid` or `checkpoint-tokenizer`.
 */
export const parseTokenizer = (text: string): Tokenizer => {
  const file = parseTokenizerFile(text);
  const added = file.added_tokens ?? [];
  const vocabulary = file.model?.vocab;
  if (vocabulary === undefined || file.model?.type !== 'BPE' || file.decoder?.type !== 'ByteLevel')
    throw new WetreadError('checkpoint-tokenizer', { reason: 'it is not a byte-level BPE' });
  if (added.some((token) => token.lstrip || token.rstrip || token.single_word))
    throw new WetreadError('checkpoint-tokenizer', {
      reason: 'a control token takes the spaces around it',
    });

  // Control tokens are split off here, not by the library, which cannot be told to leave them alone.
  const library = openLibrary({ ...file, added_tokens: [] });
  const controlTokens = new Map(added.map(({ content, id }) => [content, id]));
  const special = new Set(added.filter((token) => token.special).map(({ id }) => id));
  const tokens: string[] = [];
  for (const [token, id] of Object.entries(vocabulary)) tokens[id] = token;
  for (const { content, id } of added) tokens[id] = content;

  const encodeText = (text: string): number[] =>
    text === '' ? [] : library.encode(text, { add_special_tokens: false }).ids;
  const bytesOf = (id: number): Uint8Array => toBytes(tokens[id] ?? '');
  return {
    encodeText,
    bytesOf,
    controlTokens,
    tokenCount: tokens.length,
    isSpecial: (id) => special.has(id),
    encode: (text) =>
      splitAt(text, controlTokens).flatMap((part) => {
        const control = controlTokens.get(part);
        return control === undefined ? encodeText(part) : [control];
      }),
    decode: (ids, { skipSpecial }) => {
      const kept = skipSpecial ? ids.filter((id) => !special.has(id)) : ids;
      // ignoreBOM keeps a byte order mark, which is a character like any other here.
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(kept.map(bytesOf)));
    },
  };
};

/** Whether tokenizer and model belong together; fails with `checkpoint-tokenizer`. */
export const checkTokenizer = (tokenizer: Tokenizer, config: CheckpointConfig): void => {
  const { imageToken } = config.image;
  const rows = config.text.vocabularyRows;
  const controls = new Set(tokenizer.controlTokens.values());
  const refuse = (reason: string): never => {
    throw new WetreadError('checkpoint-tokenizer', { reason });
  };
  if (tokenizer.tokenCount > rows)
    refuse(`it has ${tokenizer.tokenCount} tokens, the model ${rows}`);
  if (!controls.has(imageToken)) refuse(`it has no image token ${imageToken}`);
  for (const end of config.endTokens) if (!controls.has(end)) refuse(`it has no end token ${end}`);
};

/**
 * Cuts a text before and after every control token in it, leftmost first, the longest of those that begin at one place.
 * The empty string may be among the parts.
 */
export const splitAt = (text: string, controlTokens: ReadonlyMap<string, number>): string[] =>
  controlTokens.size === 0
    ? [text]
    : text.split(new RegExp(`(${patternOf(controlTokens.keys())})`));

/** A regular expression's source that matches any of these strings, the longest first. */
export const patternOf = (literals: Iterable<string>): string =>
  [...literals]
    .sort((a, b) => b.length - a.length)
    .map((literal) => literal.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .join('|');

const parseTokenizerFile = (text: string): TokenizerFile => {
  try {
    return JSON.parse(text) as TokenizerFile;
  } catch (cause) {
    throw new WetreadError(
      'checkpoint-file-invalid',
      { part: 'tokenizer.json', reason: 'it is not JSON' },
      { cause },
    );
  }
};

const openLibrary = (file: TokenizerFile): BytePairTokenizer => {
  try {
    return new BytePairTokenizer(file, {});
  } catch (cause) {
    throw new WetreadError('checkpoint-tokenizer', { reason: 'it cannot be opened' }, { cause });
  }
};

/**
 * What a token stands for: each of its characters is a byte, by GPT-2's table; a token with any other character (a
 * control token, say) is its own UTF-8. ByteLevel::decode_chain of the tokenizers library.
 */
const toBytes = (token: string): Uint8Array => {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_CHARACTER.get(token.charCodeAt(i));
    if (byte === undefined) return Buffer.from(token, 'utf8');
    bytes[i] = byte;
  }
  return bytes;
};

/** GPT-2's bytes_to_unicode, turned round: printable Latin-1 stands for itself, the other 68 bytes are U+0100 and on. */
const BYTE_OF_CHARACTER: ReadonlyMap<number, number> = (() => {
  const isPrintable = (byte: number): boolean =>
    (byte >= 0x21 && byte <= 0x7e) ||
    (byte >= 0xa1 && byte <= 0xac) ||
    (byte >= 0xae && byte <= 0xff);
  let next = 0x100;
  return new Map(
    Array.from({ length: 256 }, (_, byte) => [isPrintable(byte) ? byte : next++, byte]),
  );
})();

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Everything that is to hold no identifier: by where it is. */
export type Searched = ReadonlyMap<string, readonly Buffer[]>;

/** The contents of every file in a folder. */
export const filesIn = async (folder: string): Promise<readonly Buffer[]> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name))));
};

/** Where a secret is found: as it is, in small letters or capitals, in UTF-16, in Base64 at any offset. */
export const findSecrets = (searched: Searched, secrets: readonly string[]): readonly string[] => {
  const found: string[] = [];
  for (const [where, contents] of searched)
    for (const secret of secrets)
      if (formsOf(secret).some((form) => contents.some((content) => content.includes(form))))
        found.push(`${secret} in ${where}`);
  return found;
};

const formsOf = (secret: string): readonly Buffer[] => {
  const cases = [secret, secret.toLowerCase(), secret.toUpperCase()];
  return cases.flatMap((text) => [
    Buffer.from(text, 'latin1'),
    Buffer.from(text, 'utf16le'),
    ...[0, 1, 2].map((offset) => inBase64(text, offset)),
  ]);
};

/** The characters of the Base64 of any text with `secret` `offset` bytes after a group's start that hold it alone. */
const inBase64 = (secret: string, offset: number): Buffer => {
  const coded = Buffer.from(' '.repeat(offset) + secret, 'latin1').toString('base64url');
  const first = offset === 0 ? 0 : offset + 1;
  const last = Math.floor(((offset + secret.length) * 8) / 6);
  return Buffer.from(coded.slice(first, last), 'latin1');
};

const PNG = Buffer.from('89504e470d0a1a0a', 'hex');

/** Whole PNG files among the contents, and those in Base64 within requests. */
export const picturesIn = (searched: Searched): readonly Buffer[] => {
  const pictures = new Map<string, Buffer>();
  const add = (png: Buffer): void => void pictures.set(png.toString('latin1'), png);
  for (const contents of searched.values())
    for (const content of contents) {
      if (content.subarray(0, PNG.length).equals(PNG)) add(content);
      for (const [, coded = ''] of content
        .toString('latin1')
        .matchAll(/data:image\/png;base64,([A-Za-z0-9+/=]+)/g))
        add(Buffer.from(coded, 'base64'));
    }
  return [...pictures.values()];
};

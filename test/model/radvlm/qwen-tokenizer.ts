import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

/** A folder with the tokenizer of Qwen2.5 (151,665 tokens), which is RadVLM's up to id 151645. The caller removes it. */
export const unpackQwenTokenizer = async (): Promise<string> => {
  const directory = await mkdtemp(join(tmpdir(), 'wetread-qwen-'));
  const packed = await readFile('test/fixtures/tokenizer/qwen2_5.json.br');
  await writeFile(join(directory, 'tokenizer.json'), brotliDecompressSync(packed));
  return directory;
};

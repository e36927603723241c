/** Writes docs/read.schema.json from what `wetread read --json` prints: `npm run docs`. */
import { writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { READ_OUTPUT } from '../src/adapters/cli/read-output.ts';

const schema = {
  title: 'Output of wetread read --json',
  description: 'An answer (or an open question, when choices is not empty), or a failure.',
  ...z.toJSONSchema(READ_OUTPUT),
};
await writeFile('docs/read.schema.json', `${JSON.stringify(schema, null, 2)}\n`);

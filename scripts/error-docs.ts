/** Writes docs/errors.md from the one table of errors: `npm run docs`. */
import { writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { ERRORS, type ErrorCode } from '../src/errors.ts';

/** Facts to show the sentences with; those of the limits in force where there is one. */
const SAMPLE_FACTS = {
  bytes: 120 * 2 ** 20,
  days: 7,
  file: 'model.safetensors',
  format: 'BMP',
  found: 3,
  kind: 'a CT',
  host: '10.0.0.7',
  id: 'k3f9',
  ids: 'wetread-demo, wetread-demo:wet-read',
  known: 2,
  limit: 4096,
  line: 2,
  methods: 'POST',
  options: '"read" (It is one, read it)',
  param: 'tools',
  part: 'model-00002-of-00004.safetensors',
  permission: 'Attach Files',
  port: 8080,
  problem: 'Give at most one of --task, --locate and --ask.',
  problems: 'PORT: expected a number from 0 to 65535',
  question: 'I am not sure that this is a frontal chest film. Shall I read it all the same?',
  reason: 'its header is longer than the file',
  routes: 'POST /v1/chat/completions, GET /v1/models',
  scope: 'files:read',
  seconds: 120,
  status: 500,
  tensor: 'image_newline',
  tokens: 4310,
};

const KIND_MEANINGS = `| kind | what it means | command line exits with | HTTP status |
|---|---|---|---|
| usage | asked wrongly | 2 | 4xx |
| refused | a picture or question that is not answered as it is | 3 | 4xx |
| model | the model or its endpoint | 4 | 5xx |
| setting | an operator's setting or file | 1 (4 for a checkpoint) | 5xx |
| stopped | by the user | 130 | - |
| internal | anything else | 1 | 5xx |`;

const sample = (code: ErrorCode, say: unknown): string => {
  const facts =
    code === 'picture-too-large'
      ? { limit: 60e6 }
      : /^(file|request)-too-large$/.test(code)
        ? { limit: 100 * 2 ** 20 }
        : code === 'too-many-films'
          ? { limit: 10 }
          : code === 'picture-too-small'
            ? { limit: 64 }
            : SAMPLE_FACTS;
  return (say as (facts: unknown) => string)(facts);
};

export const renderErrorDocs = (): string => {
  const rows = Object.entries(ERRORS).map(
    ([code, { kind, retryable, say, operator }]) =>
      `| \`${code}\` | ${kind} | ${retryable ? 'yes' : 'no'} | ${sample(code as ErrorCode, say)} | ${operator} |`,
  );
  return `# Errors

Every failure that Wetread reports, in any way in, is one of these. The sentence is all that a user reads: never an exception's own
words, never the name of a file, a question or an answer. This page is written from the table in \`src/errors.ts\` (\`npm run docs\`).

${KIND_MEANINGS}

| code | kind | trying again may help | what the user reads (numbers are examples) | what the operator does |
|---|---|---|---|---|
${rows.join('\n')}
`;
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await writeFile(new URL('../docs/errors.md', import.meta.url), renderErrorDocs());

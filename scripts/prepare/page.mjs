// @ts-check
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

/** Where the page's sources are, in the package. */
const SOURCES = join('src', 'adapters', 'web', 'page');

/** What goes to the browser as it is written. */
const PLAIN_FILES = ['index.html', 'icon.svg'];

/** Browsers since 2023: the dialogs, `:has()` and nesting that the page is written with. */
const BROWSERS = ['chrome112', 'firefox121', 'safari16.5'];

/**
 * Makes the page's sources into what a browser loads: one script and one style sheet, with the parts that are only
 * needed later in files of their own, and beside each file what is sent compressed.
 *
 * @param {string} root
 * @param {string} output
 */
export const buildPage = async (root, output) => {
  // here, not above: an installation comes before the first build
  const { build } = await import('esbuild');
  const sources = join(root, SOURCES);
  rmSync(output, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: [
      { in: join(sources, 'main.tsx'), out: 'page' },
      { in: join(sources, 'styles', 'page.css'), out: 'page' },
    ],
    outdir: output,
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file' },
    bundle: true,
    splitting: true,
    format: 'esm',
    minify: true,
    target: BROWSERS,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    // the licences of what is built in stay with it
    legalComments: 'eof',
    logLevel: 'error',
  });
  for (const file of PLAIN_FILES) cpSync(join(sources, file), join(output, file));
  for (const file of readdirSync(output).filter((name) => !name.endsWith('.woff2'))) {
    const plain = readFileSync(join(output, file));
    writeFileSync(join(output, `${file}.br`), brotliCompressSync(plain));
    writeFileSync(join(output, `${file}.gz`), gzipSync(plain));
  }
};

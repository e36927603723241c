/**
 * A process to be killed: `store-process.ts DIRECTORY hold|write|compact`. It opens the embedded store and says "open".
 * `write` then writes and deletes turns and says the number of each once it is kept; `compact` compacts between writes.
 */
import { createLogger } from '../../src/log.ts';
import { openEmbeddedStores } from '../../src/state/embedded-stores.ts';

const [directory = '', task = 'hold'] = process.argv.slice(2);
const LONG_MS = 3_600_000;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const stores = await openEmbeddedStores({
  directory,
  now: Date.now,
  logger: createLogger('silent'),
});
say('open');

const last = (await stores.claims.line('written')).at(-1);
let number = last === undefined ? 0 : Number(last) + 1;
while (task !== 'hold') {
  const key = String(number);
  await stores.records.set('turns', key, { number, text: 'x'.repeat(500) }, LONG_MS);
  await stores.blobs.put('pictures', key, Buffer.from(`picture ${key}`), LONG_MS);
  await stores.claims.join('written', key);
  if (number >= 50) {
    await stores.records.delete('turns', String(number - 50));
    await stores.claims.leave('written', String(number - 50));
  }
  say(key);
  if (task === 'compact' && number % 5 === 0) await stores.compact();
  number += 1;
}
setInterval(() => undefined, 60_000);

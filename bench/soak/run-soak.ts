import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PlatformRecord, Saying } from '../../test/support/platform-record.ts';
import { createRandom, type Random } from '../../test/support/random.ts';
import { ScriptedPlatform, type PlatformFaults } from '../../test/support/scripted-platform.ts';
import { checkSoak, type Verdict } from './check.ts';
import { startRedis } from './redis.ts';
import type { Sabotage } from './sabotage.ts';
import { writeScript } from './script.ts';
import { SoakServer } from './soak-server.ts';

export type SoakOptions = {
  readonly turns: number;
  readonly threads: number;
  readonly kills: number;
  readonly seed: number;
  readonly store: 'lmdb' | 'redis';
  /** Processes that serve side by side; one where the store is embedded. */
  readonly servers: number;
  /** Breaks the adapter on purpose, to see that the checker finds it. */
  readonly sabotage?: Sabotage;
  /** Keeps the stores here, and what the platform was told (record.json); undefined: nothing is left. */
  readonly folder?: string;
  readonly onProgress?: (line: string) => void;
};

export type SoakResult = {
  readonly verdict: Verdict;
  readonly kills: number;
  readonly seconds: number;
};

const FAULTS: PlatformFaults = { refuse: 0.01, drop: 0.01, slow: 0.05, slowMs: 60 };
const REDELIVER_MS = 400;
const MOST_WAITING = 64;
const PATIENCE_MS = 60_000;

/** Of the kills, how many come soon after the start, while the server is still taking over what the last one left. */
const KILLED_EARLY = 0.25;
const EARLY_MS = 1_000;
const LATE_MS = 120;
/** When nothing has happened for so long, nothing more is to come. */
const QUIET_MS = 3_000;
/** With something still open, it is given up only after the leases and retries have had their time. */
const GIVEN_UP_MS = 30_000;
/** Messages that are delivered once more when all is over. */
const REPEATED = 25;

/** Lets everybody talk to a server that is killed again and again, and judges what came of it. */
export const runSoak = async (options: SoakOptions): Promise<SoakResult> => {
  const { turns, threads, seed, onProgress = () => undefined } = options;
  const began = performance.now();
  const random = createRandom(seed);
  const sayings = writeScript(turns, threads, random);
  const platform = new ScriptedPlatform({
    sayings,
    random: createRandom(seed + 1),
    faults: FAULTS,
    redeliverMs: REDELIVER_MS,
    mostWaiting: MOST_WAITING,
    patienceMs: PATIENCE_MS,
  });
  const folder = options.folder ?? (await mkdtemp(join(tmpdir(), 'wetread-soak-')));
  const redis = options.store === 'redis' ? await startRedis(folder) : undefined;
  try {
    const platformUrl = await platform.start();
    const servers = Array.from(
      { length: options.servers },
      (_, number) =>
        new SoakServer({
          platformUrl,
          store: redis?.store ?? { kind: 'lmdb', directory: folder },
          seed: seed * options.servers + number,
          sabotage: options.sabotage,
        }),
    );
    await Promise.all(servers.map((server) => server.start()));
    if (options.kills > 0) platform.allow(0);
    const talking = platform.talk();
    const kills = await killAtRandom({ ...options, onProgress }, platform, servers, random);
    await Promise.race([talking, sleep(GIVEN_UP_MS * 4, undefined, { ref: false })]);
    await settle(platform, () => isOver(sayings, platform.record));
    await onceMore(platform, servers, sayings, random);
    await Promise.all(servers.map((server) => server.stop()));
    const verdict = checkSoak(sayings, platform.record);
    return { verdict, kills, seconds: (performance.now() - began) / 1000 };
  } finally {
    if (options.folder !== undefined)
      await writeFile(join(folder, 'record.json'), JSON.stringify(platform.record, null, 1));
    await platform.close();
    await redis?.stop();
    if (options.folder === undefined) await rm(folder, { recursive: true, force: true });
  }
};

/** Kills spread over the whole talk by how far it has come; it goes no further ahead of them than one kill's share. */
const killAtRandom = async (
  { turns, kills, onProgress }: SoakOptions & { readonly onProgress: (line: string) => void },
  platform: ScriptedPlatform,
  servers: readonly SoakServer[],
  random: Random,
): Promise<number> => {
  for (let done = 0; done < kills; done += 1) {
    platform.allow(Math.ceil(((done + 2) * turns) / (kills + 1)));
    const server = servers[random.below(servers.length)]!;
    if (random.chance(KILLED_EARLY)) {
      await sleep(random.below(EARLY_MS));
    } else {
      await server.ready();
      await progress(platform, Math.floor(((done + 1) * turns) / (kills + 1)));
      await sleep(random.below(LATE_MS));
    }
    await server.kill();
    onProgress(`${done + 1} kills, ${platform.replied} of ${turns} replied to`);
    await server.start();
  }
  platform.allow(Infinity);
  return kills;
};

/** Until so many have a reply, or nothing happens any more. */
const progress = async (platform: ScriptedPlatform, replied: number): Promise<void> => {
  let { happened } = platform;
  let since = performance.now();
  while (platform.replied < replied && performance.now() - since < QUIET_MS) {
    await sleep(5);
    if (platform.happened !== happened) since = performance.now();
    ({ happened } = platform);
  }
};

/** Until everything is delivered and nothing happens any more, or it is given up. */
const settle = async (platform: ScriptedPlatform, isDone: () => boolean): Promise<void> => {
  let { happened } = platform;
  let since = performance.now();
  for (;;) {
    await sleep(100);
    if (platform.happened !== happened) since = performance.now();
    ({ happened } = platform);
    const quietMs = performance.now() - since;
    if (quietMs > GIVEN_UP_MS || (quietMs > QUIET_MS / 3 && isDone())) return;
  }
};

const isOver = (sayings: readonly Saying[], record: PlatformRecord): boolean =>
  checkSoak(sayings, record).lost.length === 0;

/** When all is over, a server that starts again and hears old messages once more has nothing to say. */
const onceMore = async (
  platform: ScriptedPlatform,
  servers: readonly SoakServer[],
  sayings: readonly Saying[],
  random: Random,
): Promise<void> => {
  await Promise.all(servers.map((server) => server.stop()));
  await Promise.all(servers.map((server) => server.start()));
  await Promise.all(servers.map((server) => server.ready()));
  for (let count = 0; count < REPEATED; count += 1)
    platform.repeat(sayings[random.below(sayings.length)]!);
  await settle(platform, () => platform.unacknowledged === 0);
};

import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import type { Check } from '../adapters/cli/parts.ts';
import { checkDiscord } from '../adapters/discord/check-discord.ts';
import { checkSlack } from '../adapters/slack/check-slack.ts';
import { readConfig, type Config } from '../config.ts';
import { ERRORS, toWetreadError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { createEndpoint } from '../model/endpoint/endpoint.ts';
import { describeCheckpoint } from '../model/radvlm/describe-checkpoint.ts';
import { availableMemory } from './available-memory.ts';
import { DEMO_STAYS_OUT } from './chats.ts';
import { memoryInWords } from './memory-in-words.ts';
import { faultOf } from './open-slack.ts';
import { dataFolder, endpointOptions, planLocalMemory } from './open-model.ts';
import { openStores } from './open-stores.ts';
import { PACKAGE_FOLDER } from './package.ts';
import { NO_KEY, servesPage } from './serves-page.ts';

/** A hundred graphs of the demo, or a quarter of RadVLM's: below it a conversion may well run out. */
const LITTLE_DISK_BYTES = 4e9;

/** Every check of `wetread doctor`. Loads no weights; asks an endpoint for its list of models alone. */
export const diagnose = async (
  environment: Readonly<Record<string, string | undefined>>,
  logger: Logger,
): Promise<readonly Check[]> => {
  const system = { name: 'system', ok: true, found: systemInWords(), advice: null };
  let config: Config;
  try {
    config = readConfig(environment);
  } catch (error) {
    return [system, failed('settings', error)];
  }
  const settings = { name: 'settings', ok: true, found: 'every setting can be used', advice: null };
  return [
    system,
    settings,
    await checkDataFolder(dataFolder(config)),
    ...(config.redisUrl === undefined ? [] : [await checkRedis(config, logger)]),
    config.model.url === undefined
      ? await checkCheckpoint(resolve(PACKAGE_FOLDER, config.model.directory))
      : await checkEndpoint(config.model.url, config, logger),
    ...(config.model.url === undefined ? await checkMemory(config) : []),
    ...(config.http.on ? [await checkPort(config.http), ...checkKeys(config)] : []),
    ...(await checkSlackSettings(config)),
    ...(config.discord === undefined ? [] : await checkDiscord(config.discord)),
    ...(await checkDemoInChat(config)),
  ];
};

const checkKeys = (config: Config): readonly Check[] => {
  if (servesPage(config)) return [];
  const advice = 'Set API_KEYS, or leave HOST at 127.0.0.1.';
  return [{ name: 'keys', ok: false, found: NO_KEY, advice }];
};

const checkSlackSettings = async (config: Config): Promise<readonly Check[]> => {
  const checks = config.slack === undefined ? [] : await checkSlack(config.slack);
  const fault = faultOf(config);
  if (fault !== undefined) {
    const { say, operator } = ERRORS[fault];
    return [...checks, { name: 'Slack settings', ok: false, found: say({}), advice: operator }];
  }
  return checks;
};

/** The demonstration model stays out of the chat platforms that are set up. */
const checkDemoInChat = async (config: Config): Promise<readonly Check[]> => {
  const { url, directory } = config.model;
  const isChat = config.slack !== undefined || config.discord !== undefined;
  if (!isChat || url !== undefined || config.demoInChat) return [];
  const model = await describeCheckpoint(resolve(PACKAGE_FOLDER, directory)).catch(() => undefined);
  if (model?.demo !== true) return [];
  const advice = 'Set MODEL_DIR or MODEL_URL to a real model, or DEMO_IN_CHAT=on to try it there.';
  return [{ name: 'chat model', ok: false, found: DEMO_STAYS_OUT, advice }];
};

const systemInWords = (): string =>
  `Node ${process.versions.node} on ${process.platform}-${process.arch}`;

/** A failure's sentence, and what the table of errors tells the operator. */
const failed = (name: string, error: unknown): Check => {
  const { code, message } = toWetreadError(error, 'doctor');
  return { name, ok: false, found: message, advice: ERRORS[code].operator };
};

const checkDataFolder = async (folder: string): Promise<Check> => {
  const name = 'data folder';
  const probe = join(folder, `.doctor-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, 'can be written');
    await rm(probe);
  } catch {
    const { say, operator } = ERRORS['data-unwritable'];
    return { name, ok: false, found: say({}), advice: operator };
  }
  const { bavail, bsize } = await statfs(folder);
  const free = bavail * bsize;
  const found = `${folder}, ${(free / 1e9).toFixed(1)} GB free`;
  const advice =
    'A large checkpoint needs more room to be converted; DATA_DIR can be on another disk.';
  return { name, ok: true, found, advice: free < LITTLE_DISK_BYTES ? advice : null };
};

const checkRedis = async (config: Config, logger: Logger): Promise<Check> => {
  const name = 'store';
  try {
    const stores = await openStores(config, logger);
    await stores.close();
    return { name, ok: true, found: 'the Redis server of REDIS_URL answers', advice: null };
  } catch (error) {
    return failed(name, error);
  }
};

const checkCheckpoint = async (directory: string): Promise<Check> => {
  const name = 'model';
  try {
    const model = await describeCheckpoint(directory);
    const kind = model.demo ? ', a demonstration whose findings are not to be believed' : '';
    const found = `${model.name}, ${(model.parameters / 1e6).toFixed(1)} million parameters${kind}`;
    const advice = 'For RadVLM itself, set MODEL_DIR to its folder or MODEL_URL to a server.';
    return { name, ok: true, found, advice: model.demo ? advice : null };
  } catch (error) {
    return failed(name, error);
  }
};

/** Left out where there is no checkpoint to plan for, which is told already. */
const checkMemory = async (config: Config): Promise<readonly Check[]> => {
  try {
    const plan = await planLocalMemory(config);
    const free = `${(availableMemory() / 1e9).toFixed(1)} GB free`;
    const found = `${free}; the model takes ${memoryInWords(plan)}`;
    return [{ name: 'memory', ok: true, found, advice: null }];
  } catch (error) {
    const { code } = toWetreadError(error, 'doctor');
    return code === 'memory-too-small' ? [failed('memory', error)] : [];
  }
};

const checkEndpoint = async (url: string, config: Config, logger: Logger): Promise<Check> => {
  try {
    const model = await createEndpoint(endpointOptions(url, { config, logger }));
    await model.close();
    const found = `${model.name}, which holds ${model.contextTokens} tokens`;
    return { name: 'endpoint', ok: true, found, advice: null };
  } catch (error) {
    return failed('endpoint', error);
  }
};

const checkPort = async ({ host, port }: Config['http']): Promise<Check> => {
  const name = 'port';
  const server = createServer();
  try {
    await new Promise<void>((done, fail) => {
      server.once('error', fail);
      server.listen({ host, port }, done);
    });
    const found = port === 0 ? `any free one of ${host}` : `${port} of ${host} is free`;
    return { name, ok: true, found, advice: null };
  } catch (error) {
    const taken = (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
    if (taken)
      return {
        name,
        ok: false,
        found: ERRORS['port-taken'].say({ port }),
        advice: 'If Wetread itself is running there, all is well.',
      };
    const { say, operator } = ERRORS['address-unusable'];
    return { name, ok: false, found: say({ host }), advice: operator };
  } finally {
    server.close();
  }
};

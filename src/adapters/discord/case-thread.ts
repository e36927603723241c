import { Routes, ThreadAutoArchiveDuration, type APIThreadChannel } from 'discord.js';
import type { DiscordApi } from './discord-api.ts';
import { CODES, DiscordFailure, hasCode } from './discord-failure.ts';
import type { Guilds } from './guilds.ts';
import { timeOf } from './heard-message.ts';
import type { ReplyAddress } from './reply-address.ts';

/** Where the messages of a reply are posted. */
export type Destination = {
  readonly channel: string;
  /** What keeps the case from having a thread of its own: the name of a permission, or of a limit. */
  readonly lacks: string | undefined;
  /** The thread was opened just now. */
  readonly opened: boolean;
};

export type CaseThreadOptions = {
  readonly api: DiscordApi;
  readonly guilds: Guilds;
  readonly signal: AbortSignal;
};

/** Discord's patience with a case whose server cannot be reached; the reply is tried again after that. */
const PATIENCE_MS = 120_000;

/**
 * The thread of a case: there already, or opened from the message that the case goes by, under a name that says nothing
 * of the patient. Where none can be opened the reply goes into the channel. Fails with a `DiscordFailure`.
 */
export const openCaseThread = async (
  { api, guilds, signal }: CaseThreadOptions,
  {
    workspace,
    channel,
    thread,
    direct,
  }: Pick<ReplyAddress, 'workspace' | 'channel' | 'thread' | 'direct'>,
): Promise<Destination> => {
  if (direct || workspace === '') return { channel, lacks: undefined, opened: false };
  const there = await guilds.findThread(thread);
  if (there !== undefined) return { channel: thread, lacks: undefined, opened: false };
  const body = {
    name: nameOf(thread),
    auto_archive_duration: ThreadAutoArchiveDuration.OneDay,
  };
  try {
    const route = Routes.threads(channel, thread);
    const options = { body, signal, repeatable: true, patienceMs: PATIENCE_MS };
    const { id } = await api.call<APIThreadChannel>('POST', route, options);
    return { channel: id, lacks: undefined, opened: true };
  } catch (error) {
    if (hasCode(error, CODES.threadExists))
      return { channel: thread, lacks: undefined, opened: false };
    if (!(error instanceof DiscordFailure) || error.kind !== 'refused') throw error;
    return { channel, lacks: lackOf(error, guilds, channel), opened: false };
  }
};

const lackOf = (failure: DiscordFailure, guilds: Guilds, channel: string): string => {
  if (hasCode(failure, CODES.tooManyThreads)) return 'room for another active thread';
  if (hasCode(failure, CODES.wrongChannelType)) return 'a kind of channel that has threads';
  const missing = guilds.missing(channel, ['CreatePublicThreads', 'SendMessagesInThreads']);
  return `the permission ${missing.join(', ') || 'Create Public Threads'}`;
};

/** "Chest film 14:05", by the clock of this machine. */
const nameOf = (message: string): string => {
  const at = new Date(timeOf(message));
  const figures = [at.getHours(), at.getMinutes()].map((n) => String(n).padStart(2, '0'));
  return `Chest film ${figures.join(':')}`;
};

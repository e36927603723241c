import { ApplicationFlagsBitField, type APIApplication, type APIUser } from 'discord.js';
import type { DiscordApi } from './discord-api.ts';

/** As whom we are there. */
export type Application = {
  readonly id: string;
  /** Our user: who writes our messages. */
  readonly user: string;
  /** The Message Content intent is switched on: follow-ups without a mention can be heard. */
  readonly mayReadMessages: boolean;
};

/** Fails with a `DiscordFailure`. */
export const readApplication = async (
  api: DiscordApi,
  patienceMs: number,
  signal?: AbortSignal,
): Promise<Application> => {
  const options = { patienceMs, signal };
  const { id, flags } = await api.call<APIApplication>('GET', '/applications/@me', options);
  const { id: user } = await api.call<APIUser>('GET', '/users/@me', options);
  const has = new ApplicationFlagsBitField(flags);
  const mayReadMessages = has.any(['GatewayMessageContent', 'GatewayMessageContentLimited']);
  return { id, user, mayReadMessages };
};

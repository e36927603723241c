import type { ProxySettings } from '../network.ts';

/** When people may go on in a thread without a mention. */
export type FollowUps =
  /** In threads that Wetread opened, and in forum posts that began with it. */
  | 'started'
  /** In every thread in which it has answered. */
  | 'joined'
  /** Never: every question mentions it. */
  | 'never';

/** What the operator decides about Discord. */
export type DiscordSettings = {
  readonly botToken: string;
  /** As discord.js's `rest.api`: without the version. The gateway comes from its /gateway/bot. */
  readonly apiUrl: string;
  /** Hosts besides Discord's own and the API's that films are fetched from. */
  readonly cdnHosts: readonly string[];
  readonly followUps: FollowUps;
  /** Channels in which readings are hidden behind spoilers. */
  readonly spoilerChannels: readonly string[];
  /** Posts in which patient data is found are removed. */
  readonly removesUploads: boolean;
  /** Channels that are told when patient data is found in their servers. */
  readonly moderatorsChannels: readonly string[];
  readonly proxy: ProxySettings;
};

import type { ProxySettings } from '../network.ts';

/** When people may go on in a thread without a mention. */
export type FollowUps =
  /** In threads that began with Wetread: the first message or the first reply spoke to it. */
  | 'started'
  /** In every thread in which it was asked something. */
  | 'joined'
  /** Never: every question mentions it. */
  | 'never';

/** What the operator decides about Slack. */
export type SlackSettings = {
  /** `xoxb-…`. */
  readonly botToken: string;
  /** `xapp-…`, for Socket Mode; undefined: Slack calls us over HTTP. */
  readonly appToken: string | undefined;
  /** Proves that an HTTP request is Slack's. */
  readonly signingSecret: string | undefined;
  /** Ends in "/api/". */
  readonly apiUrl: string;
  /** Hosts besides Slack's own that may be sent the token to fetch a film. */
  readonly fileHosts: readonly string[];
  readonly followUps: FollowUps;
  /** Ids of people who count as moderators besides the workspace's admins. */
  readonly moderators: readonly string[];
  readonly proxy: ProxySettings;
};

/** `socket` with an app token, `http` with a signing secret alone. */
export const transportOf = ({
  appToken,
  signingSecret,
}: Pick<SlackSettings, 'appToken' | 'signingSecret'>): 'socket' | 'http' | undefined => {
  if (appToken !== undefined) return 'socket';
  return signingSecret === undefined ? undefined : 'http';
};

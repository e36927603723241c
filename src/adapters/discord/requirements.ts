import { GatewayIntentBits, PermissionsBitField, type PermissionsString } from 'discord.js';
import type { DiscordSettings } from './discord-settings.ts';

/** What the bot needs in a server, why, and which calls need it. The invite link asks for exactly these. */
type Permission = {
  /** Ends "so that it can …". */
  readonly reason: string;
  /** As Discord's settings call it. */
  readonly name: string;
};

export const PERMISSIONS = {
  ViewChannel: { name: 'View Channels', reason: 'hear a mention' },
  SendMessages: { name: 'Send Messages', reason: 'answer' },
  CreatePublicThreads: {
    name: 'Create Public Threads',
    reason: 'open a thread for each case',
  },
  SendMessagesInThreads: { name: 'Send Messages in Threads', reason: 'answer in threads' },
  AttachFiles: { name: 'Attach Files', reason: 'show the film with its boxes' },
  ReadMessageHistory: {
    name: 'Read Message History',
    reason: 'fetch films that were posted before, and go on after a restart',
  },
  ManageMessages: {
    name: 'Manage Messages',
    reason: 'remove a post in which patient data is found',
  },
} as const satisfies Partial<Record<PermissionsString, Permission>>;

export type NeededPermission = keyof typeof PERMISSIONS;

/** Where posts with patient data are to be removed (DISCORD_REMOVE_UPLOADS), that is asked for, too. */
export const neededPermissions = ({
  removesUploads,
}: Pick<DiscordSettings, 'removesUploads'>): readonly NeededPermission[] =>
  (Object.keys(PERMISSIONS) as NeededPermission[]).filter(
    (one) => one !== 'ManageMessages' || removesUploads,
  );

/** Names of needed permissions that are not among these, as Discord's settings call them. */
export const namesOfMissing = (
  granted: Readonly<PermissionsBitField>,
  needed: readonly NeededPermission[],
): readonly string[] =>
  needed.filter((one) => !granted.has(one)).map((one) => PERMISSIONS[one].name);

export const INTENTS =
  GatewayIntentBits.Guilds | GatewayIntentBits.GuildMessages | GatewayIntentBits.DirectMessages;
/** Privileged: switched on by hand, under "Bot". */
export const CONTENT_INTENT = GatewayIntentBits.MessageContent;

/** Where whoever manages a server invites the bot. */
export const inviteLink = (application: string, needed: readonly NeededPermission[]): string => {
  const url = new URL('https://discord.com/oauth2/authorize');
  url.searchParams.set('client_id', application);
  url.searchParams.set('scope', 'bot applications.commands');
  url.searchParams.set('permissions', new PermissionsBitField(needed).bitfield.toString());
  return url.href;
};

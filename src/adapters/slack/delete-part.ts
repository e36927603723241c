import { deletePicture } from './picture-part.ts';
import type { SlackApi } from './slack-api.ts';
import { deleteMessage } from './text-part.ts';

/** Files have ids of their own; messages have times. */
export const isFile = (id: string): boolean => id.startsWith('F');

/** The id of a part that stands elsewhere than the rest of its reply. */
export const idElsewhere = (channel: string, id: string): string => `${channel}/${id}`;

/** Takes a part of a reply off Slack, wherever it stands. Resolves also when it is gone. */
export const deletePart = (
  api: SlackApi,
  { channel, signal }: { readonly channel: string; readonly signal?: AbortSignal },
  partId: string,
): Promise<void> => {
  const [elsewhere, id] = partId.includes('/') ? partId.split('/', 2) : [channel, partId];
  const place = { channel: elsewhere ?? channel, ...(signal === undefined ? {} : { signal }) };
  return isFile(id ?? '')
    ? deletePicture(api, place, id ?? '')
    : deleteMessage(api, place, id ?? '');
};

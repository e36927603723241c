import { setTimeout as sleep } from 'node:timers/promises';
import type { Picture } from '../../core/reply.ts';
import type { Network } from '../network.ts';
import type { ReplyIdentity } from './reply-address.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { deleteMessage } from './text-part.ts';
import { anyAnswer, fileAnswer, uploadAnswer, type SlackFile } from './wire.ts';

/** What Slack takes at most to describe an upload (files.getUploadURLExternal). */
const ALT_TEXT_LIMIT = 1_000;
const UPLOAD_MS = 60_000;
/** Sharing takes Slack a moment, seldom more than a few seconds; after this it is asked for again. */
const SHARED_MS = 10_000;
const FIRST_LOOK_MS = 250;
const SETTLE_MS = 30 * 60_000;
const TRIES = 4;

export type PicturePartOptions = ReplyIdentity & {
  readonly api: SlackApi;
  readonly network: Network;
  readonly part: number;
  readonly now: () => number;
};

/**
 * A picture of a reply: a file in the thread. Its id is stored before it is shared, so that after a crash Slack itself
 * can be asked whether it was.
 */
export class PicturePart {
  readonly #options: PicturePartOptions;
  #file: string | undefined;
  /** Nobody knows whether it is being shared: another process, or a call without an answer, has asked for that. */
  #mayAppear: boolean;

  constructor(options: PicturePartOptions, file: string | undefined) {
    this.#options = options;
    this.#file = file;
    this.#mayAppear = file !== undefined;
  }

  /** Resolves once it stands in the thread. Fails with a `SlackFailure`. */
  async settle(picture: Picture): Promise<void> {
    for (let left = TRIES; ; left -= 1) {
      try {
        await this.#share(picture);
        return;
      } catch (error) {
        const again = error instanceof SlackFailure && error.kind !== 'refused';
        if (!again || left <= 1) throw error;
      }
    }
  }

  async remove(): Promise<void> {
    if (this.#file !== undefined) await deletePicture(this.#options.api, this.#options, this.#file);
  }

  async #share(picture: Picture): Promise<void> {
    const { api } = this.#options;
    let file = this.#file;
    if (file !== undefined && (await findFile(api, file)) === undefined) file = undefined;
    else if (file !== undefined && this.#mayAppear && (await this.#waitUntilShared(file))) return;
    this.#mayAppear = false;
    file ??= await this.#upload(picture);
    await this.#complete(file);
    if (!(await this.#waitUntilShared(file)))
      throw new SlackFailure('files.completeUploadExternal', 'unsure', 'not-shared');
  }

  async #upload({ png, altText }: Picture): Promise<string> {
    const { api, part, begun, signal } = this.#options;
    const { upload_url, file_id } = await api.call(
      'files.getUploadURLExternal',
      {
        filename: 'wetread.png',
        length: png.byteLength,
        alt_txt: altText.slice(0, ALT_TEXT_LIMIT),
      },
      uploadAnswer,
      { repeatable: true, patienceMs: SETTLE_MS, signal },
    );
    await this.#send(upload_url, png);
    this.#file = file_id;
    await begun({ part, id: file_id });
    return file_id;
  }

  /** The address itself is the permission: no token goes with it. */
  async #send(url: string, png: Uint8Array): Promise<void> {
    const { network, signal } = this.#options;
    const method = 'upload';
    let status: number;
    try {
      const response = await network.fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream' },
        body: png,
        redirect: 'error',
        signal: AbortSignal.any([signal, AbortSignal.timeout(UPLOAD_MS)]),
      });
      await response.arrayBuffer();
      status = response.status;
    } catch {
      signal.throwIfAborted();
      throw new SlackFailure(method, 'unsure', 'no-answer');
    }
    // An address is good once: another try asks for another one.
    if (status !== 200) throw new SlackFailure(method, 'unsure', `http-${status}`);
  }

  async #complete(file: string): Promise<void> {
    const { api, channel, thread, signal } = this.#options;
    const args = { files: [{ id: file, title: 'Wet read' }], channel_id: channel };
    try {
      await api.call('files.completeUploadExternal', { ...args, thread_ts: thread }, anyAnswer, {
        patienceMs: SETTLE_MS,
        signal,
      });
    } catch (error) {
      this.#mayAppear = error instanceof SlackFailure && error.kind === 'unsure';
      throw error;
    }
  }

  /** False: not within its time. */
  async #waitUntilShared(file: string): Promise<boolean> {
    const { now, signal } = this.#options;
    const giveUpAt = now() + SHARED_MS;
    for (let waitMs = FIRST_LOOK_MS; now() < giveUpAt; waitMs *= 1.5) {
      if (await this.#isShared(file)) return true;
      await sleep(waitMs, undefined, { signal });
    }
    return false;
  }

  async #isShared(file: string): Promise<boolean> {
    const { api, channel } = this.#options;
    const found = await findFile(api, file);
    return found !== undefined && shareOf(found, channel) !== undefined;
  }
}

/** undefined: there is no such file. */
const findFile = async (api: SlackApi, file: string): Promise<SlackFile | undefined> => {
  try {
    return (await api.call('files.info', { file }, fileAnswer, { repeatable: true })).file;
  } catch (error) {
    if (error instanceof SlackFailure && error.kind === 'refused') return undefined;
    throw error;
  }
};

/** The message by which a file stands in a channel. */
const shareOf = ({ shares }: SlackFile, channel: string): string | undefined =>
  (shares?.private?.[channel] ?? shares?.public?.[channel])?.[0]?.ts;

/** The message and the file. Resolves also when they are gone. */
export const deletePicture = async (
  api: SlackApi,
  place: { readonly channel: string; readonly signal?: AbortSignal },
  file: string,
): Promise<void> => {
  const found = await findFile(api, file);
  if (found === undefined) return;
  const message = shareOf(found, place.channel);
  if (message !== undefined) await deleteMessage(api, place, message);
  try {
    await api.call('files.delete', { file }, anyAnswer, { repeatable: true });
  } catch (error) {
    if (!(error instanceof SlackFailure) || error.kind !== 'refused') throw error;
  }
};

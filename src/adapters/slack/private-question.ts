import type { Network } from '../network.ts';
import type { PostedPart } from '../../core/conversation.ts';
import type { Abilities } from './abilities.ts';
import { idElsewhere } from './delete-part.ts';
import { keyedMetadata } from './delivery-key.ts';
import { PicturePart } from './picture-part.ts';
import type { ReplyIdentity } from './reply-address.ts';
import { messageOf } from './reply-blocks.ts';
import { HOW_TO_DELETE, type Footer, type PrivateQuestion } from './reply-content.ts';
import { quietMrkdwn } from './quiet-mrkdwn.ts';
import type { SlackApi } from './slack-api.ts';
import { deleteMessage } from './text-part.ts';
import { SlackFailure } from './slack-failure.ts';
import { anyAnswer, directAnswer } from './wire.ts';

/** Parts of a reply from this number on stand in the direct messages of whoever asked. */
export const FIRST_PRIVATE_PART = 1_000;

const SENT = `There is a question about this film, and its masked picture, for you in a direct message from me. ${HOW_TO_DELETE}`;
const NOT_SENT = `The masked film cannot be shown to you alone, as a direct message did not reach you, so it is not read here. Send the film to me in a direct message. ${HOW_TO_DELETE}`;

/** Where it is answered, as the picture hangs under the question. */
const WHERE_THE_PICTURE_IS = 'The masked film is in the thread of this message.';

/** One try: what Slack does not take leaves the question in the thread to be asked by sending the film once more. */
const PATIENCE_MS = 30_000;

export type PrivateQuestionOptions = ReplyIdentity & {
  /** To whom it goes. */
  readonly author: string;
  readonly api: SlackApi;
  readonly network: Network;
  readonly abilities: Abilities;
  /** Milliseconds. */
  readonly now: () => number;
};

/**
 * Asks in the author's direct messages, where a file can be shown to one person, and tells the author so in the thread,
 * seen by nobody else. Fails with a `SlackFailure` when not even that can be said.
 */
export const askInPrivate = async (
  options: PrivateQuestionOptions,
  asked: PrivateQuestion,
): Promise<void> => {
  let sentence = SENT;
  try {
    await sendDirectly(options, asked);
  } catch (error) {
    if (!(error instanceof SlackFailure)) throw error;
    sentence = NOT_SENT;
  }
  const { api, channel, thread, author } = options;
  const message = { channel, thread_ts: thread, user: author, text: quietMrkdwn(sentence) };
  await api.call('chat.postEphemeral', message, anyAnswer, { patienceMs: PATIENCE_MS });
};

/** Its buttons come last: nobody is to confirm a masked film without seeing it. */
const sendDirectly = async (
  options: PrivateQuestionOptions,
  { question, options: choices, picture }: PrivateQuestion,
): Promise<void> => {
  const { api, author, turn, channel: askedIn, thread: askedAt, begun, signal } = options;
  const metadata = keyedMetadata(turn, FIRST_PRIVATE_PART);
  const text = picture === null ? question : `${question}\n\n${WHERE_THE_PICTURE_IS}`;
  const messageWith = (footer: Footer) => ({
    ...messageOf(turn, { kind: 'text', text, notices: [], footer }, options.abilities),
    metadata,
  });
  // A person's id in place of a channel's is the direct messages with that person, opened if need be.
  const { channel, ts } = await api.call(
    'chat.postMessage',
    { channel: author, ...messageWith({ kind: 'none' }) },
    directAnswer,
    { patienceMs: PATIENCE_MS, signal },
  );
  const stored = ({ part, id }: PostedPart): Promise<void> =>
    begun({ part, id: idElsewhere(channel, id) });
  await stored({ part: FIRST_PRIVATE_PART, id: ts });
  try {
    if (picture !== null) {
      const part = FIRST_PRIVATE_PART + 1;
      const there = { ...options, channel, thread: ts, direct: true, begun: stored, part };
      await new PicturePart(there, undefined).settle(picture);
    }
    const place = `${askedIn} ${askedAt}`;
    const withButtons = messageWith({ kind: 'question', options: choices, place });
    const update = { channel, ts, ...withButtons };
    await api.call('chat.update', update, anyAnswer, { repeatable: true, signal });
  } catch (error) {
    await deleteMessage(api, { channel, signal }, ts);
    throw error;
  }
};

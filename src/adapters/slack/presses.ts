import type { Conversation, Feedback, Message, TurnId } from '../../core/conversation.ts';
import type { Ask } from '../../core/reading.ts';
import type { Choice } from '../../core/reply.ts';
import { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { ACTIONS } from './actions.ts';
import { logFailure } from './explain-failure.ts';
import { isDirect, threadOf, toMessage, toPressedMessage } from './heard-message.ts';
import type { Installation } from './installation.ts';
import { filmsOf, hasFiles } from './message-films.ts';
import type { People } from './people.ts';
import type { Refusals } from './refusals.ts';
import type { Replies } from './replies.ts';
import type { ReplyAddress } from './reply-address.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { readText } from './spoken-text.ts';
import { actionBody, anyAnswer, shortcutBody, viewBody, type ActionBody } from './wire.ts';
import { readWrongPlace, wrongPlaceView } from './wrong-place-view.ts';

export type PressesOptions = {
  readonly conversation: Conversation;
  readonly api: SlackApi;
  readonly installation: Installation;
  readonly people: People;
  readonly replies: Replies;
  readonly refusals: Refusals;
  readonly logger: Logger;
};

const THANKS = 'Thank you, it is kept for whoever looks after the model.';

/** Where something was pressed, and by whom. */
type Press = {
  readonly user: string;
  readonly team: string | undefined;
  readonly channel: string;
  readonly thread: string;
  /** The message that the button hangs on. */
  readonly message: string;
};

/** Buttons, modals and shortcuts. Each resolves once it is journalled: only then Slack is told that we have it. */
export class Presses {
  readonly #options: PressesOptions;

  constructor(options: PressesOptions) {
    this.#options = options;
  }

  async press(body: unknown): Promise<void> {
    const parsed = actionBody.safeParse(body);
    const [action] = parsed.data?.actions ?? [];
    const press = parsed.success ? placeOf(parsed.data) : undefined;
    if (parsed.data === undefined || action === undefined || press === undefined) return;
    await this.#telling(press, () => this.#act(press, parsed.data, action));
  }

  /** "Read this film", of a message's own menu. */
  async readFilm(body: unknown): Promise<void> {
    const parsed = shortcutBody.safeParse(body);
    if (!parsed.success) return;
    const { user, channel, message, action_ts } = parsed.data;
    const press = {
      user: user.id,
      team: user.team_id ?? undefined,
      channel: channel.id,
      thread: threadOf(message),
      message: message.ts,
    };
    await this.#telling(press, async () => {
      if (!hasFiles(message)) throw new WetreadError('film-needed');
      const shown = await this.#show(channel.id, message);
      const id = `read:${message.ts}:${action_ts}`;
      const attachments = shown ? [] : filmsOf(message);
      const ask: Ask = { kind: 'task', task: 'wet-read' };
      await this.#ask(press, { id, text: '', ask, about: undefined, attachments });
    });
  }

  /** Resolves to what the modal is told: nothing, or what is wrong with an entry. */
  async submitWrongPlace(body: unknown): Promise<Readonly<Record<string, string>> | undefined> {
    const parsed = viewBody.safeParse(body);
    if (!parsed.success) return undefined;
    const { user, view } = parsed.data;
    const read = readWrongPlace(view);
    if ('errors' in read) return read.errors;
    const { turn, feedback, place } = read;
    const press = { user: user.id, team: undefined, ...place, message: place.thread };
    await this.#telling(press, () => this.#judge(press, turn, feedback));
    return undefined;
  }

  async #act(press: Press, body: ActionBody, action: ActionBody['actions'][number]): Promise<void> {
    const { conversation } = this.#options;
    const { action_id, value = '' } = action;
    const id = `press:${press.message}:${action_id}:${action.action_ts ?? ''}`;
    const asking = (ask: Ask | undefined, text: string): Promise<void> =>
      this.#ask(press, {
        id,
        text,
        ask,
        about: text === 'forget' ? undefined : value,
        attachments: [],
      });
    switch (action_id) {
      case ACTIONS.stop:
        return conversation.stop(value);
      case ACTIONS.report:
        return asking({ kind: 'task', task: 'report' }, '');
      case ACTIONS.abnormalities:
        return asking({ kind: 'task', task: 'classify' }, '');
      case ACTIONS.zoom:
        return asking(undefined, 'zoom in');
      case ACTIONS.forget:
        return asking(undefined, 'forget');
      case ACTIONS.wrongPlace:
        return this.#openWrongPlace(press, body, value);
      default:
        if (action_id.startsWith(`${ACTIONS.choose}:`))
          return this.#choose(press, body, value, action_id.slice(ACTIONS.choose.length + 1));
        if (action_id.startsWith(ACTIONS.feedback)) return this.#judgeInWords(press, value);
        return undefined;
    }
  }

  async #ask(
    press: Press,
    asked: Pick<Message, 'id' | 'text' | 'ask' | 'about' | 'attachments'>,
  ): Promise<void> {
    const { conversation, installation, people, replies } = this.#options;
    const { user, channel, thread } = press;
    const standing = await people.standing(user);
    const pressed = { ...asked, channel, thread, author: user, standing };
    const turn = await conversation.take(toPressedMessage(installation, pressed));
    if (turn !== undefined) replies.follow(turn, this.#addressOf(press));
  }

  /** `value`: the turn that asked; and where, if the question stands elsewhere than what it is about. */
  async #choose(press: Press, body: ActionBody, value: string, code: string): Promise<void> {
    const { conversation, people, replies } = this.#options;
    const standing = await people.standing(press.user);
    const by = { author: press.user, standing };
    const [turn = '', channel = press.channel, thread = press.thread] = value.split(' ');
    const answer = await conversation.choose(turn, code as Choice['code'], by);
    replies.follow(answer, this.#addressOf({ ...press, channel, thread }));
    void this.#closeQuestion(press, body);
  }

  /** An answered question has no buttons any more. */
  async #closeQuestion({ channel, message }: Press, body: ActionBody): Promise<void> {
    const blocks = (body.message?.blocks ?? []).filter(
      (block) => (block as { type?: unknown }).type !== 'actions',
    );
    const text = body.message?.text ?? '';
    const args = { channel, ts: message, text, blocks };
    await this.#options.api
      .call('chat.update', args, anyAnswer, { repeatable: true })
      .catch((error: unknown) => this.#report(error));
  }

  async #judgeInWords(press: Press, value: string): Promise<void> {
    const [kind, turn = ''] = value.split(' ');
    if (kind !== 'right' && kind !== 'wrong-finding') return;
    await this.#judge(press, turn, { kind, box: undefined });
  }

  async #judge(press: Press, turn: TurnId, feedback: Feedback): Promise<void> {
    const { conversation, refusals } = this.#options;
    await conversation.feedback(turn, feedback, press.user);
    void refusals.tell(press, THANKS).catch((error: unknown) => this.#report(error));
  }

  async #openWrongPlace(
    { channel, thread }: Press,
    body: ActionBody,
    value: string,
  ): Promise<void> {
    const [turn = '', boxes = ''] = value.split(' ');
    const view = wrongPlaceView({ turn, boxes: boxes.split(',').map(Number), channel, thread });
    const args = { trigger_id: body.trigger_id, view };
    await this.#options.api.call('views.open', args, anyAnswer, { patienceMs: 2_000 });
  }

  /** A film among people, of whoever posted it: false where its message was a turn already, or is nobody's. */
  async #show(
    channel: string,
    message: ReturnType<typeof shortcutBody.parse>['message'],
  ): Promise<boolean> {
    const { conversation, installation, people } = this.#options;
    const { user } = message;
    const { mentionsBot } = readText(message.text ?? '', installation.botUser);
    if (user === undefined || mentionsBot || isDirect(channel)) return false;
    const standing = await people.standing(user);
    const heard = { channel, message: { ...message, user }, direct: false, standing };
    await conversation.take(toMessage(installation, { ...heard, addressed: false }));
    return true;
  }

  #addressOf({ user, team, channel, thread }: Press): ReplyAddress {
    const reader = { user, team: team ?? this.#options.installation.team };
    const direct = isDirect(channel);
    return {
      channel,
      thread,
      question: thread,
      direct,
      reader,
      author: user,
      title: undefined,
      unread: undefined,
    };
  }

  /** Whoever pressed is told what cannot be done; what may succeed later is not acknowledged. */
  async #telling(press: Press, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof WetreadError)) throw error;
      await this.#options.refusals.tell(press, error.message);
    }
  }

  #report(error: unknown): void {
    const { logger } = this.#options;
    if (!(error instanceof SlackFailure)) logger.error({ error }, 'a press was not answered');
    else logFailure(logger, 'warn', error, 'a press was not answered');
  }
}

const placeOf = ({ user, channel, message }: ActionBody): Press | undefined =>
  channel === undefined || message === undefined
    ? undefined
    : {
        user: user.id,
        team: user.team_id ?? undefined,
        channel: channel.id,
        thread: threadOf(message),
        message: message.ts,
      };

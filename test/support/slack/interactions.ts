import type { Delivery } from './deliveries.ts';
import { triggerId } from './methods/surfaces.ts';
import type { MethodContext } from './method.ts';
import type { ShownButton } from './shown.ts';
import type { Json, SlackMessage } from './workspace.ts';
import { toWireMessage } from './world.ts';

/** Presses, modals, shortcuts and commands, as the payloads that Slack sends for them. */
export class Interactions {
  readonly #context: MethodContext;
  /** Messages that `response_url`s belong to, by their key. */
  readonly responses = new Map<
    string,
    { readonly channel: string; readonly user: string; readonly thread: string | undefined }
  >();

  constructor(context: MethodContext) {
    this.#context = context;
  }

  press(user: string, message: SlackMessage, button: ShownButton): Delivery {
    const { workspace } = this.#context;
    return this.#send('block_actions', user, {
      container: {
        type: 'message',
        message_ts: message.ts,
        channel_id: message.channel,
        is_ephemeral: message.onlyFor !== undefined,
        ...(message.thread === undefined ? {} : { thread_ts: message.thread }),
      },
      channel: { id: message.channel, name: workspace.channels.get(message.channel)?.name ?? '' },
      message: toWireMessage(this.#context, message),
      state: { values: {} },
      actions: [this.#action(button)],
      response_url: this.#responseUrl(message.channel, user, message.thread),
    });
  }

  /** A button of the App Home. */
  pressAtHome(user: string, view: Json, button: ShownButton): Delivery {
    return this.#send('block_actions', user, {
      container: { type: 'view', view_id: 'VHOME' },
      view: { ...view, id: 'VHOME', type: 'home' },
      state: { values: {} },
      actions: [this.#action(button)],
    });
  }

  /** The message shortcut ("Read this film"). */
  shortcut(user: string, message: SlackMessage, callbackId: string): Delivery {
    const { workspace } = this.#context;
    return this.#send('message_action', user, {
      callback_id: callbackId,
      message_ts: message.ts,
      channel: { id: message.channel, name: workspace.channels.get(message.channel)?.name ?? '' },
      message: { ...toWireMessage(this.#context, message), team: this.#context.identity.team },
      response_url: this.#responseUrl(message.channel, user, message.thread),
    });
  }

  submit(user: string, viewId: string, values: Json): Delivery {
    const view = this.#context.workspace.modals.get(viewId);
    if (view === undefined) throw new Error('a modal that is open is submitted');
    this.#context.workspace.modals.delete(viewId);
    return this.#send('view_submission', user, {
      view: { ...view, id: viewId, state: { values } },
      response_urls: [],
    });
  }

  command(user: string, channel: string, command: string, text: string): Delivery {
    const { workspace, identity, deliveries } = this.#context;
    return deliveries.send('slash_commands', command, {
      token: 'unused',
      team_id: identity.team,
      team_domain: 'loopback',
      channel_id: channel,
      channel_name: workspace.channels.get(channel)?.name ?? 'directmessage',
      user_id: user,
      user_name: workspace.users.get(user)?.name ?? '',
      command,
      text,
      api_app_id: identity.app,
      is_enterprise_install: String(identity.enterprise !== undefined),
      response_url: this.#responseUrl(channel, user, undefined),
      trigger_id: triggerId(this.#context),
    });
  }

  #send(type: string, user: string, payload: Json): Delivery {
    const { workspace, identity, deliveries } = this.#context;
    const person = workspace.users.get(user);
    return deliveries.send('interactive', type, {
      type,
      token: 'unused',
      user: { id: user, username: person?.name, name: person?.name, team_id: person?.team },
      team: { id: identity.team, domain: 'loopback' },
      enterprise: identity.enterprise === undefined ? null : { id: identity.enterprise },
      is_enterprise_install: identity.enterprise !== undefined,
      api_app_id: identity.app,
      trigger_id: triggerId(this.#context),
      action_ts: workspace.ts(),
      ...payload,
    });
  }

  #action({ label, actionId, value, blockId, type }: ShownButton): Json {
    return {
      type,
      action_id: actionId,
      block_id: blockId ?? 'block',
      text: { type: 'plain_text', text: label },
      ...(value === undefined ? {} : { value }),
      action_ts: this.#context.workspace.ts(),
    };
  }

  #responseUrl(channel: string, user: string, thread: string | undefined): string {
    const key = this.#context.workspace.id('R');
    this.responses.set(key, { channel, user, thread });
    return `${this.#context.url}/response/${key}`;
  }
}

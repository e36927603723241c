import type { WetreadError } from '../../errors.ts';
import type { Logger } from '../../log.ts';
import { logFailure } from './explain-failure.ts';
import { quietMrkdwn } from './quiet-mrkdwn.ts';
import type { ReplyAddress } from './reply-address.ts';
import type { SlackApi } from './slack-api.ts';
import { SlackFailure } from './slack-failure.ts';
import { anyAnswer } from './wire.ts';

export type RefusalsOptions = { readonly api: SlackApi; readonly logger: Logger };

/** Says to one person alone why something was not taken. It is a courtesy: nothing fails when it cannot be said. */
export class Refusals {
  readonly #options: RefusalsOptions;

  constructor(options: RefusalsOptions) {
    this.#options = options;
  }

  say({ channel, thread, reader }: ReplyAddress, { message }: WetreadError): Promise<void> {
    return reader === undefined
      ? Promise.resolve()
      : this.tell({ channel, thread, user: reader.user }, message);
  }

  async tell(
    {
      channel,
      thread,
      user,
    }: { readonly channel: string; readonly thread: string; readonly user: string },
    sentence: string,
  ): Promise<void> {
    const { api, logger } = this.#options;
    const message = { channel, thread_ts: thread, user, text: quietMrkdwn(sentence) };
    try {
      await api.call('chat.postEphemeral', message, anyAnswer, { patienceMs: 10_000 });
    } catch (error) {
      if (!(error instanceof SlackFailure)) throw error;
      logFailure(logger, 'warn', error, 'somebody was not told');
    }
  }
}

import { film, openStage, type StageOptions } from './stage.ts';

/** A stage with a resident in a channel. */
export const openChannel = async (options?: StageOptions) => {
  const stage = await openStage(options);
  const { slack } = stage;
  const channel = slack.channel('chest');
  const by = slack.user('resident');
  const post = (text: string, more: Partial<Parameters<typeof slack.post>[0]> = {}): string =>
    slack.post({ by, channel, text, ...more });
  /** Posts a film with a question, and waits for the answer; its thread. */
  const ask = async (question: string): Promise<string> => {
    const thread = post(`${slack.mention} ${question}`, { films: [film('one')] });
    await stage.answered(channel, thread, 1);
    return thread;
  };
  return { stage, slack, channel, by, post, ask };
};

import { film, type Stage } from './stage.ts';

/** A resident drops a film and mentions the bot; the thread it makes. */
export const askAbout = (stage: Stage, text: string, films = [film('one')]) => {
  const { slack } = stage;
  const channel = slack.channel('chest');
  const by = slack.user('resident');
  const thread = slack.post({ by, channel, text: `${slack.mention} ${text}`, films });
  return { channel, by, thread };
};

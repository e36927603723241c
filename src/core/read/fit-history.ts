import type { Model, ModelMessage } from '../../model/model.ts';
import type { Film } from '../film.ts';
import type { Exchange } from '../reply.ts';

/** The film in the first user turn, the exchanges about it, and the question; before them a program's system message. */
export const messagesOf = (
  film: Film | undefined,
  history: readonly Exchange[],
  question: string,
  system = '',
): readonly ModelMessage[] => {
  const texts = [
    ...history.flatMap(({ question: asked, answer }) => [
      { role: 'user' as const, text: asked },
      { role: 'assistant' as const, text: answer },
    ]),
    { role: 'user' as const, text: question },
  ];
  const messages = texts.map((message, at) => ({
    ...message,
    images: at === 0 && film !== undefined ? [film] : [],
  }));
  return system === '' ? messages : [{ role: 'system', text: system, images: [] }, ...messages];
};

/**
 * The messages, without as many of the oldest exchanges as it takes for them and `room` tokens of answer to fit the
 * model. The film and the question always stay; whether these alone fit is the model's to say.
 */
export const fitHistory = async (
  model: Pick<Model, 'contextTokens' | 'count'>,
  ask: {
    readonly film: Film;
    readonly history: readonly Exchange[];
    readonly question: string;
    readonly system?: string;
  },
  room: number,
): Promise<{ readonly messages: readonly ModelMessage[]; readonly cut: number }> => {
  const shown = ask.history.filter(({ gate }) => !gate);
  const without = (cut: number): readonly ModelMessage[] =>
    messagesOf(ask.film, shown.slice(cut), ask.question, ask.system);
  const fits = async (cut: number): Promise<boolean> =>
    (await model.count(without(cut))) + room <= model.contextTokens;

  // Fewer exchanges are fewer tokens: the least cut that fits lies in [least, most].
  let least = 0;
  let most = shown.length;
  if (most === 0 || (await fits(0))) return { messages: without(0), cut: 0 };
  least = 1;
  while (least < most) {
    const middle = Math.floor((least + most) / 2);
    if (await fits(middle)) most = middle;
    else least = middle + 1;
  }
  return { messages: without(most), cut: most };
};

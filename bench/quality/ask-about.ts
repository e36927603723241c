import type { Model, ModelImage, ModelMessage } from '../../src/model/model.ts';

/** evaluate.Reader.ask allows this many new tokens. */
const ANSWER_TOKENS = 160;

export type Past = readonly (readonly [question: string, answer: string])[];
export type AskFilm = (question: string, past?: Past) => Promise<string>;

/** Asks a model about a film, greedy, without anything of the reading's around it. */
export const askAbout =
  (model: Model, film: ModelImage): AskFilm =>
  async (question, past = []) => {
    const said = [...past.flat(), question];
    const messages: ModelMessage[] = said.map((text, index) => ({
      role: index % 2 === 0 ? 'user' : 'assistant',
      text,
      images: index === 0 ? [film] : [],
    }));
    const events = model.stream(
      {
        messages,
        maxTokens: ANSWER_TOKENS,
        sampling: { temperature: 0, topP: 1, seed: undefined },
        stop: [],
        asker: 'quality',
        background: false,
      },
      new AbortController().signal,
    );
    let text = '';
    for await (const event of events) if (event.type === 'text-delta') text += event.text;
    return text.trim();
  };

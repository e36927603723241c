import type { ModelEvent } from '../../src/model/model.ts';

/** An answer of one word that goes on until it is stopped. */
export async function* endlessAnswer(signal: AbortSignal): AsyncGenerator<ModelEvent> {
  yield { type: 'text-delta', text: 'The' };
  await new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

import type { ModelEvent } from '../../src/model/model.ts';

export const isDelta = (event: ModelEvent): event is ModelEvent & { type: 'text-delta' } =>
  event.type === 'text-delta';

/** The answer that the deltas join to. */
export const textOf = (events: readonly ModelEvent[]): string =>
  events
    .filter(isDelta)
    .map(({ text }) => text)
    .join('');

/** The end that every finished request has. */
export const endOf = (events: readonly ModelEvent[]): ModelEvent & { type: 'end' } => {
  const last = events.at(-1);
  if (last?.type !== 'end') throw new Error(`the last event is ${last?.type ?? 'missing'}`);
  return last;
};

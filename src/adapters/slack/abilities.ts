/** Slack's words for "there are no streams in this workspace": the next try would fail, too. */
const NO_STREAMS: ReadonlySet<string> = new Set([
  'unknown_method',
  'method_deprecated',
  'feature_not_enabled',
  'not_allowed_token_type',
  'missing_scope',
  'team_not_eligible',
]);

/** What a workspace can do; taken to be everything, and learnt from what Slack refuses. */
export class Abilities {
  #streams = true;
  #feedbackButtons = true;

  /** Words can be streamed. */
  get streams(): boolean {
    return this.#streams;
  }

  /** Slack's own buttons for feedback are known; else they are buttons like the others. */
  get feedbackButtons(): boolean {
    return this.#feedbackButtons;
  }

  streamRefused(code: string): void {
    if (NO_STREAMS.has(code)) this.#streams = false;
  }

  /** Whether there is a plainer message to try than the one that was refused. `had`: it had feedback buttons. */
  blocksRefused(code: string, had: boolean): boolean {
    const couldBePlainer = had && code.startsWith('invalid_blocks');
    if (couldBePlainer) this.#feedbackButtons = false;
    return couldBePlainer;
  }
}

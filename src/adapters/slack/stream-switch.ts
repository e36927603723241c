/** Slack's words for "there are no streams in this workspace": the next try would fail, too. */
const NEVER: ReadonlySet<string> = new Set([
  'unknown_method',
  'method_deprecated',
  'feature_not_enabled',
  'not_allowed_token_type',
  'missing_scope',
  'team_not_eligible',
]);

/** Whether words can be streamed here; learnt from what Slack says. */
export class StreamSwitch {
  #on = true;

  get on(): boolean {
    return this.#on;
  }

  refuse(code: string): void {
    if (NEVER.has(code)) this.#on = false;
  }
}

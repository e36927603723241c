// @ts-check

/** A pre-step that cannot go on; `message` is the sentence for whoever started it. */
export class PrepareFailure extends Error {
  /**
   * @param {string} message
   * @param {number} [exitCode]
   */
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

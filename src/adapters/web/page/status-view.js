import { element } from './element.js';
import { statusWords } from './status-words.js';

/** What a running reply waits for, with a button that stops it. */
export class StatusView {
  #words = element('span', { textContent: 'Sending' });
  #share = element('progress', { max: 1, hidden: true, ariaLabel: 'Share of the film read' });

  constructor(onStop) {
    const stop = element('button', {
      type: 'button',
      className: 'quiet small',
      textContent: 'Stop',
    });
    stop.addEventListener('click', () => {
      stop.disabled = true;
      this.#words.textContent = 'Stopping';
      onStop();
    });
    const pulse = element('i', { className: 'pulse' });
    this.root = element('div', { className: 'status' }, pulse, this.#words, this.#share, stop);
  }

  show(status) {
    const { words, share } = statusWords(status);
    this.#words.textContent = words;
    this.#share.hidden = share === undefined;
    if (share !== undefined) this.#share.value = share;
  }

  say(words) {
    this.#words.textContent = words;
  }
}

import { createChoicesView } from './choices-view.js';
import { element } from './element.js';
import { createFeedbackView } from './feedback-view.js';
import { numberedText } from './numbered-text.js';
import { StatusView } from './status-view.js';

const ENDINGS = {
  stopped: 'Stopped.',
  length: 'The answer ends here because it reached its longest length.',
};

/**
 * One question and its reply on the page; `show` takes the reply's events in order. `actions`: stop(),
 * choose(option, picture), judge(feedback) -> whether it was taken, annotated(picture), openPicture(picture),
 * loadPicture(url) -> an address to show it by.
 */
export class TurnView {
  #actions;
  #status;
  #firstNotices = element('div', { className: 'notices first-notices' });
  // Read out once it is whole (aria-busy): word by word it would stammer.
  #answer = element('p', { className: 'answer', ariaLive: 'polite', ariaBusy: 'true' });
  #pictures = element('div', { className: 'pictures' });
  #notices = element('div', { className: 'notices' });
  #hasAnswered = false;

  constructor(asked, actions) {
    this.#actions = actions;
    this.#status = new StatusView(actions.stop);
    this.root = element(
      'article',
      { className: 'turn' },
      element('p', { className: 'asked', textContent: asked }),
      this.#firstNotices,
      this.#answer,
      this.#status.root,
      this.#pictures,
      this.#notices,
    );
  }

  show(event) {
    switch (event.type) {
      case 'status':
        return this.#status.show(event);
      case 'text-delta':
        this.#hasAnswered = true;
        return this.#answer.append(event.text);
      case 'notice':
        return this.#addNotice(event);
      case 'image':
        return this.#addPicture(event).then(this.#actions.annotated, () => undefined);
      case 'choices':
        return this.#ask(event);
      case 'end':
        return this.#end(event.reply);
      case 'error':
        return this.#fail(event.message);
      default:
        return undefined;
    }
  }

  /** All events come once more, from the first on. */
  showAgain() {
    this.#hasAnswered = false;
    for (const part of [this.#firstNotices, this.#answer, this.#pictures, this.#notices])
      part.replaceChildren();
  }

  showConnection(isOpen) {
    this.#status.say(isOpen ? 'Waiting' : 'The connection is cut; trying again');
  }

  /** Those before the answer are about all of it (a demo's, "outside what the model was taught") and stand above it. */
  #addNotice({ code, text }) {
    const line = element('p', { textContent: text });
    line.dataset.code = code;
    (this.#hasAnswered ? this.#notices : this.#firstNotices).append(line);
  }

  async #addPicture({ url, altText, width, height }) {
    const image = element('img', { alt: altText, width, height });
    const button = element(
      'button',
      { type: 'button', className: 'thumbnail', title: 'Enlarge' },
      image,
    );
    this.#pictures.append(button);
    const picture = { url: await this.#actions.loadPicture(url), altText };
    image.src = picture.url;
    button.addEventListener('click', () => this.#actions.openPicture(picture));
    return picture;
  }

  #ask(event) {
    this.#finish();
    const picture =
      event.picture === null ? null : this.#addPicture(event.picture).catch(() => null);
    const choices = createChoicesView(event, async (option) =>
      this.#actions.choose(option, await picture),
    );
    this.#notices.before(choices);
  }

  #end({ text, boxes, finishReason, exchange }) {
    if (text !== '') this.#answer.replaceChildren(...numberedText(text, boxes));
    this.#finish();
    const ending = ENDINGS[finishReason];
    if (ending !== undefined) this.#notices.prepend(element('p', { textContent: ending }));
    // Help and refusals are our own words: there is nothing of the model's to judge.
    if (exchange !== null) this.root.append(createFeedbackView(boxes, this.#actions.judge));
  }

  #fail(sentence) {
    this.#finish();
    const line = element('p', { className: 'error', textContent: sentence, role: 'alert' });
    this.#notices.before(line);
  }

  #finish() {
    this.#status.root.remove();
    this.#answer.ariaBusy = 'false';
  }
}

import { keptThread } from './kept-thread.js';
import { sentenceOf, server } from './server.js';
import { TurnView } from './turn-view.js';

/** Choices by which the film is read as the question shows it: turned, or masked. */
const READ_AS_SHOWN = new Set(['turn', 'masked', 'masked-turn', 'masked-read']);

const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

/**
 * One thread on the page: its turns, in the order they were said. `place` holds the turns; `viewer` shows the
 * films; `showTrouble(sentence)` says what went wrong beside them.
 */
export class Talk {
  #place;
  #viewer;
  #showTrouble;
  #kept;
  #views = new Set();
  #isOver = false;
  /** Messages leave one at a time, so that they arrive in the order they were said. */
  #saying = Promise.resolve();
  /** A thread's turns run one after the other, so one open stream is enough: browsers allow six to a host. */
  #listening = Promise.resolve();

  /** `kept`: as `keptThread.read` gives it; a thread of an earlier page goes on. */
  constructor(kept, { place, viewer, showTrouble }) {
    this.#kept = kept;
    this.#place = place;
    this.#viewer = viewer;
    this.#showTrouble = showTrouble;
    for (const { turn, asked } of kept.turns) this.#addView(asked, Promise.resolve(turn));
  }

  get hasTurns() {
    return this.#views.size > 0;
  }

  /**
   * Says something: `message` is what wire.ts calls a message, `film` is { file }, { sample } or null. Resolves once
   * the server has it; fails with a `Refused`, and then nothing of it stays on the page.
   */
  say(asked, message, film) {
    const id = randomId();
    return this.#addTurn(asked, async () => {
      const thread = await this.#thread();
      const sent = film === null ? {} : { film: await this.#send(thread, film) };
      const turn = await server.say(thread, { id, ...message, ...sent });
      if (film !== null) this.#keep({ sample: film.sample ?? null });
      return turn;
    });
  }

  /** Takes the thread off the page, and has the server drop what it holds of it. */
  async end() {
    this.#isOver = true;
    for (const view of this.#views) view.root.remove();
    await this.#saying.catch(() => undefined);
    if (this.#kept.thread !== null) await server.forgetThread(this.#kept.thread);
  }

  async #thread() {
    if (this.#kept.thread === null) this.#keep({ thread: await server.beginThread() });
    return this.#kept.thread;
  }

  async #send(thread, { file, sample }) {
    return sample === undefined ? { upload: await server.sendFilm(thread, file) } : { sample };
  }

  async #addTurn(asked, begin) {
    const turn = this.#saying.then(begin);
    this.#saying = turn.catch(() => undefined);
    const view = this.#addView(asked, turn);
    try {
      const known = { turn: await turn, asked };
      this.#keep({ turns: [...this.#kept.turns, known] });
    } catch (error) {
      this.#views.delete(view);
      view.root.remove();
      throw error;
    }
  }

  /** `turn` is a promise of the turn's id: the question stands on the page while it is on its way. */
  #addView(asked, turn) {
    const view = new TurnView(asked, {
      stop: () => this.#act(async () => server.stop(this.#kept.thread, await turn)),
      choose: (option, picture) => this.#act(() => this.#choose(turn, option, picture)),
      judge: (feedback) => this.#judge(turn, feedback),
      openPicture: (picture) => this.#viewer.enlarge(picture),
      loadPicture: (url) => server.picture(url),
      annotated: (picture) => {
        if (!this.#isOver) this.#viewer.showAnnotated(picture);
      },
    });
    this.#views.add(view);
    this.#place.append(view.root);
    this.#place.scrollTop = this.#place.scrollHeight;
    this.#listening = this.#listening.then(() => this.#follow(view, turn));
    return view;
  }

  async #follow(view, turn) {
    const id = await turn.catch(() => undefined);
    if (id === undefined || this.#isOver) return;
    await server.follow(this.#kept.thread, id, {
      onEvent: (event) => this.#keepEndInSight(() => view.show(event)),
      onConnection: (isOpen) => view.showConnection(isOpen),
      onAgain: () => view.showAgain(),
    });
  }

  async #choose(turn, option, picture) {
    const asking = await turn;
    if (READ_AS_SHOWN.has(option.code) && picture !== null) this.#viewer.showFilm(picture);
    await this.#addTurn(option.text, () => server.choose(this.#kept.thread, asking, option.code));
  }

  /** Whether the server has it. */
  async #judge(turn, feedback) {
    let isTaken = false;
    await this.#act(async () => {
      await server.judge(this.#kept.thread, await turn, feedback);
      isTaken = true;
    });
    return isTaken;
  }

  async #act(action) {
    try {
      await action();
    } catch (error) {
      this.#showTrouble(sentenceOf(error));
    }
  }

  /** Scrolls with the answer unless the reader has scrolled away from it. */
  #keepEndInSight(change) {
    const { scrollHeight, scrollTop, clientHeight } = this.#place;
    const isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
    change();
    if (isAtEnd) this.#place.scrollTop = this.#place.scrollHeight;
  }

  #keep(changes) {
    this.#kept = { ...this.#kept, ...changes };
    if (!this.#isOver) keptThread.write(this.#kept);
  }
}

import { type Signal, computed, effect, signal } from '@preact/signals';
import type { NumberedBox } from '../../../../core/film.ts';
import type { FilmStage } from '../film/film-stage.ts';
import { WHOLE_WINDOW } from '../film/window-level.ts';
import { FilmCache } from './film-cache.ts';
import { type KeptThread, KeptThreads } from './kept-threads.ts';
import { type About, type Sample, sentenceOf, server } from './server.ts';
import { Thread } from './thread.ts';
import type { PickedFilm, Said, ShownFilm, Turn } from './turn.ts';

/** A model loads in seconds, or converts in minutes. */
const RETRY_MS = 2_000;

const FORGOTTEN = 'This thread was forgotten in another tab.';

/** What the viewer has to show. */
export type Shown = {
  readonly film: ShownFilm | 'opening' | 'gone' | undefined;
  readonly boxes: readonly NumberedBox[];
  /** Whose boxes they are. */
  readonly turn: Turn | undefined;
};

/** Everything that the page shows, and what can be done on it; the parts in parts/ only draw it. */
export class ReadingRoom {
  readonly #kept = new KeptThreads();
  readonly #films = new FilmCache(server);
  readonly about = signal<About | undefined>(undefined);
  readonly trouble = signal('');
  readonly threads = signal(this.#kept.all);
  readonly thread: Signal<Thread> = signal(this.#open(this.#kept.toShow));
  /** The film that goes with the next question. */
  readonly picked = signal<PickedFilm | undefined>(undefined);
  /** The box under the pointer or the focus, in the viewer or in a sentence. */
  readonly pointedAt = signal<readonly number[]>([]);
  /** The box that was chosen, by its number key or by a press. */
  readonly chosenBox = signal<number | undefined>(undefined);
  readonly areBoxesShown = signal(true);
  readonly window = signal(WHOLE_WINDOW);
  /** What a drag on the film does. */
  readonly dragMode = signal<'move' | 'window'>('move');
  /** The film on the screen, while there is one. */
  readonly stage = signal<FilmStage | undefined>(undefined);
  /** The box whose right place is being drawn. */
  readonly redrawn = signal<{ readonly turn: Turn; readonly box: NumberedBox } | undefined>(
    undefined,
  );
  /** The turn whose film and boxes are shown; undefined: the last one. */
  readonly #focus = signal<Turn | undefined>(undefined);

  readonly shown = computed<Shown>(() => {
    const picked = this.picked.value;
    if (picked !== undefined) return { film: picked, boxes: [], turn: undefined };
    const turns = this.thread.value.turns.value;
    const focus = this.#focus.value;
    const at = focus === undefined ? turns.length - 1 : turns.indexOf(focus);
    return { film: filmAt(turns, at), ...boxesAt(turns, at) };
  });

  readonly lit = computed<readonly number[]>(() => {
    const chosen = this.chosenBox.value;
    if (this.pointedAt.value.length > 0) return this.pointedAt.value;
    return chosen === undefined ? [] : [chosen];
  });

  readonly hasFilm = computed(
    () => this.picked.value !== undefined || this.thread.value.turns.value.length > 0,
  );

  constructor() {
    this.#kept.onOthersChange(() => this.#followOthers());
    // Another turn has boxes of its own.
    const turn = computed(() => this.shown.value.turn);
    effect(() => {
      void turn.value;
      this.chosenBox.value = undefined;
      this.pointedAt.value = [];
    });
  }

  /** Asks again until the server is there and has its model, and says meanwhile what it waits for. */
  async meetServer(): Promise<void> {
    try {
      const about = await server.about();
      this.about.value = about;
      this.trouble.value = '';
      this.#kept.dropOlderThan(about.keptMs);
      this.threads.value = this.#kept.all;
    } catch (error) {
      this.trouble.value = sentenceOf(error);
      setTimeout(() => void this.meetServer(), RETRY_MS);
    }
  }

  pickFile(file: File): void {
    const limit = this.about.value?.filmLimitBytes ?? Infinity;
    if (file.size > limit) {
      const mebibytes = Math.round(limit / 2 ** 20);
      this.trouble.value = `The file is larger than ${mebibytes} MiB. Export the film as PNG or JPEG and send that.`;
      return;
    }
    const url = URL.createObjectURL(file);
    this.#pick({ file, key: url, url, altText: 'The film you chose' });
  }

  pickSample({ id, url, title, credit }: Sample): void {
    const key = `sample ${id}`;
    const altText = `Sample film, ${title}`;
    this.#pick({ sample: id, key, url, altText, credit: `${title}. ${credit}.` });
  }

  unpick(): void {
    this.picked.value = undefined;
  }

  /** Resolves to whether the server has taken it; if not, the film stays for the next try. */
  async say(asked: string, message: Said['message']): Promise<boolean> {
    return this.#say(asked, { message, film: this.picked.value });
  }

  /** Says once more what had no answer. */
  async sayAgain({ asked, said }: Turn): Promise<void> {
    if (said !== undefined) await this.#say(asked, said);
  }

  /** A thread of the list, or a new one. */
  show(kept: KeptThread | undefined): void {
    if (kept !== undefined && kept.id === this.thread.value.id) return;
    this.thread.value.leave();
    this.picked.value = undefined;
    this.#focus.value = undefined;
    this.redrawn.value = undefined;
    this.window.value = WHOLE_WINDOW;
    this.trouble.value = '';
    this.thread.value = this.#open(kept);
  }

  /** Drops a thread here and on the server. */
  async forget({ id }: KeptThread): Promise<void> {
    try {
      await server.forgetThread(id);
    } catch (error) {
      this.trouble.value = sentenceOf(error);
      return;
    }
    this.#kept.drop(id);
    this.threads.value = this.#kept.all;
    if (this.thread.value.id === id) this.show(undefined);
  }

  /** Shows a turn's film and boxes. */
  look(turn: Turn): void {
    if (this.shown.value.turn !== turn) this.#focus.value = turn;
  }

  /** Lights a box up; the same once more lets it go. */
  chooseBox(number: number | undefined): void {
    const { boxes } = this.shown.value;
    if (number !== undefined && !boxes.some((box) => box.number === number)) return;
    this.areBoxesShown.value = true;
    this.chosenBox.value = number === this.chosenBox.value ? undefined : number;
  }

  /** Asks where a box should be instead. */
  beginRedraw(turn: Turn, box: NumberedBox): void {
    this.look(turn);
    this.chosenBox.value = undefined;
    this.redrawn.value = { turn, box };
  }

  invert(): void {
    const { value: window } = this.window;
    this.window.value = { ...window, isInverted: !window.isInverted };
  }

  switchDrag(): void {
    this.dragMode.value = this.dragMode.value === 'move' ? 'window' : 'move';
  }

  #pick(film: PickedFilm): void {
    // Else it would be seen where, and as large as, the last one was.
    this.stage.value?.close();
    this.picked.value = film;
    this.redrawn.value = undefined;
    this.window.value = WHOLE_WINDOW;
    this.trouble.value = '';
  }

  async #say(asked: string, said: Said): Promise<boolean> {
    const thread = this.thread.value;
    this.picked.value = undefined;
    this.#focus.value = undefined;
    this.trouble.value = '';
    try {
      await thread.say(asked, said);
      return true;
    } catch (error) {
      if (thread !== this.thread.value) return false;
      this.picked.value ??= said.film;
      this.trouble.value = sentenceOf(error);
      return false;
    }
  }

  #open(kept: KeptThread | undefined): Thread {
    this.#kept.show(kept?.id);
    const thread: Thread = new Thread(kept, {
      server,
      films: this.#films,
      keep: (changed) => {
        this.#kept.put(changed);
        this.threads.value = this.#kept.all;
        if (thread === this.thread.value) this.#kept.show(changed.id);
      },
      onTrouble: (sentence) => {
        this.trouble.value = sentence;
      },
    });
    return thread;
  }

  #followOthers(): void {
    this.threads.value = this.#kept.all;
    const { id } = this.thread.value;
    if (id === undefined) return;
    const kept = this.threads.value.find((thread) => thread.id === id);
    if (kept !== undefined) {
      this.thread.value.adopt(kept);
      return;
    }
    this.show(undefined);
    this.trouble.value = FORGOTTEN;
  }
}

const filmAt = (turns: readonly Turn[], at: number): Shown['film'] => {
  const film = turns[at]?.film.value;
  if (film !== 'as-before') return film;
  return at === 0 ? 'gone' : filmAt(turns, at - 1);
};

/** The boxes of that turn, or of the last one before it that had any on the same film. */
const boxesAt = (turns: readonly Turn[], at: number): Omit<Shown, 'film'> => {
  const film = filmAt(turns, at);
  for (let index = at; index >= 0; index -= 1) {
    const turn = turns[index];
    const boxes = turn?.state.value.boxes ?? [];
    if (boxes.length === 0) continue;
    const isSame = keyOf(filmAt(turns, index)) === keyOf(film);
    return isSame ? { boxes, turn } : NO_BOXES;
  }
  return NO_BOXES;
};

const NO_BOXES = { boxes: [], turn: undefined };

const keyOf = (film: Shown['film']): string | undefined =>
  typeof film === 'object' ? film.key : film;

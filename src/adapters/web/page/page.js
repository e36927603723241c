import { byId, element } from './element.js';
import { showSamples, wireFilmPicker } from './film-picker.js';
import { createFilmViewer } from './film-viewer.js';
import { keptThread } from './kept-thread.js';
import { Refused, server } from './server.js';
import { TurnView } from './turn-view.js';

const viewer = createFilmViewer();
const thread = byId('thread');
const welcome = byId('welcome');
const words = byId('words');
const taskButtons = [...byId('tasks').querySelectorAll('button')];

/** `thread`: id or null; `turns`: [{ turn, asked }]; `sample`: the sample that the thread is about. */
let kept = keptThread.read();
/** The film that goes with the next question: { file } or { sample }. */
let pending = null;
let samples = [];
let filmLimitBytes = Infinity;
/** A thread's turns run one after the other, so one open stream is enough: browsers allow six to a host. */
let listening = Promise.resolve();

const keep = (changes) => {
  kept = { ...kept, ...changes };
  keptThread.write(kept);
};

const randomId = () =>
  [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');

const showTrouble = (sentence) => {
  const trouble = byId('trouble');
  trouble.textContent = sentence;
  trouble.hidden = sentence === '';
};

const troubleOf = (error) =>
  error instanceof Refused
    ? error.message
    : 'Something went wrong on this page. Reload it and try again.';

const refresh = () => {
  const hasFilm = pending !== null || kept.turns.length > 0;
  for (const button of taskButtons) button.disabled = !hasFilm;
  byId('pending').hidden = pending === null;
  byId('new-film').disabled = !hasFilm;
  welcome.hidden = kept.turns.length > 0;
};

/** Scrolls with the answer unless the reader has scrolled away from it. */
const followEnd = (change) => {
  const atEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
  change();
  if (atEnd) thread.scrollTop = thread.scrollHeight;
};

const addTurn = ({ turn, asked }) => {
  const ofThread = kept.thread;
  const view = new TurnView(asked, {
    stop: () => server.stop(ofThread, turn).catch((error) => showTrouble(troubleOf(error))),
    choose: (option, picture) => void choose(turn, option, picture),
    openPicture: (picture) => viewer.enlarge(picture),
    loadPicture: (url) => server.picture(url),
    annotated: (picture) => {
      if (kept.thread === ofThread) followEnd(() => viewer.showAnnotated(picture));
    },
  });
  thread.append(view.root);
  thread.scrollTop = thread.scrollHeight;
  listening = listening.then(async () => {
    if (kept.thread !== ofThread) return;
    await server.follow(
      ofThread,
      turn,
      (event) => followEnd(() => view.show(event)),
      (isOpen) => view.showConnection(isOpen),
    );
  });
};

const takeTurn = (turn, asked) => {
  keep({ turns: [...kept.turns, { turn, asked }] });
  addTurn({ turn, asked });
  refresh();
};

const threadId = async () => {
  if (kept.thread === null) keep({ thread: await server.beginThread() });
  return kept.thread;
};

const filmOf = async (id, film) =>
  film.sample === undefined
    ? { upload: await server.sendFilm(id, film.file) }
    : { sample: film.sample };

/** One message at a time leaves the page, so that they arrive in the order they were said. */
let saying = Promise.resolve(true);
const say = (asked, message) => {
  const film = pending;
  pending = null;
  refresh();
  saying = saying.then(async () => {
    showTrouble('');
    try {
      const id = await threadId();
      const sent = film === null ? {} : { film: await filmOf(id, film) };
      if (film !== null) keep({ sample: film.sample ?? null });
      takeTurn(await server.say(id, { id: randomId(), ...message, ...sent }), asked);
      return true;
    } catch (error) {
      pending ??= film;
      refresh();
      showTrouble(troubleOf(error));
      return false;
    }
  });
  return saying;
};

const choose = async (turn, option, picture) => {
  try {
    const answer = await server.choose(kept.thread, turn, option.code);
    if (option.code === 'turn' && picture !== null) viewer.showFilm(picture);
    takeTurn(answer, option.text);
  } catch (error) {
    showTrouble(troubleOf(error));
  }
};

const takeFilm = (film, shown) => {
  pending = film;
  showTrouble('');
  viewer.showFilm(shown);
  refresh();
  words.focus({ preventScroll: true });
};

const takeFile = (file) => {
  if (file.size > filmLimitBytes) {
    const limit = Math.round(filmLimitBytes / 2 ** 20);
    showTrouble(
      `The file is larger than ${limit} MiB. Export the film as PNG or JPEG and send that.`,
    );
    return;
  }
  takeFilm({ file }, { url: URL.createObjectURL(file), altText: 'The film you chose' });
};

const showSample = (sample) => ({
  url: sample.url,
  altText: `Sample film, ${sample.title}`,
  credit: `${sample.title}. ${sample.credit}.`,
});

const startAnew = async () => {
  const { thread: old } = kept;
  pending = null;
  keep({ thread: null, turns: [], sample: null });
  for (const turn of thread.querySelectorAll('.turn')) turn.remove();
  listening = Promise.resolve();
  viewer.clear();
  showTrouble('');
  refresh();
  if (old !== null) await server.forgetThread(old).catch(() => undefined);
};

const wireComposer = () => {
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    const text = words.value.trim();
    if (text === '') return;
    words.value = '';
    void say(text, { text }).then((taken) => {
      if (!taken && words.value === '') words.value = text;
    });
  });
  words.addEventListener('keydown', (event) => {
    // isComposing: Enter that ends a word of an input method is not a send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId('composer').requestSubmit();
  });
  for (const button of taskButtons) {
    const ask = { kind: 'task', task: button.dataset.task };
    button.addEventListener('click', () => void say(button.textContent, { ask }));
  }
  byId('new-film').addEventListener('click', () => void startAnew());
};

const start = async () => {
  wireComposer();
  wireFilmPicker(takeFile);
  refresh();
  try {
    const about = await server.about();
    ({ samples, filmLimitBytes } = about);
    const model = byId('model');
    model.append(element('span', { textContent: about.model.name }));
    if (about.model.demo) model.append(element('b', { textContent: 'demo' }));
    model.hidden = false;
    showSamples(samples, (sample) => takeFilm({ sample: sample.id }, showSample(sample)));
  } catch (error) {
    showTrouble(troubleOf(error));
  }
  const sample = samples.find(({ id }) => id === kept.sample);
  if (sample !== undefined) viewer.showFilm(showSample(sample));
  for (const turn of kept.turns) addTurn(turn);
};

void start();

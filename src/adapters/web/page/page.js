import { byId, element } from './element.js';
import { showSamples, wireFilmPicker } from './film-picker.js';
import { FilmViewer } from './film-viewer.js';
import { keptThread, NO_THREAD } from './kept-thread.js';
import { sentenceOf, server } from './server.js';
import { Talk } from './talk.js';

/** A model loads in seconds, or converts in minutes. */
const RETRY_MS = 2_000;

const words = byId('words');
const taskButtons = [...byId('tasks').querySelectorAll('button')];
const viewer = new FilmViewer();

const showTrouble = (sentence) => {
  const trouble = byId('trouble');
  trouble.textContent = sentence;
  trouble.hidden = sentence === '';
};

const beginTalk = (kept) => new Talk(kept, { place: byId('thread'), viewer, showTrouble });

const kept = keptThread.read();
let talk = beginTalk(kept);
/** The film that goes with the next question: { file } or { sample }. */
let pending = null;
let filmLimitBytes = Infinity;

const refresh = () => {
  const hasFilm = pending !== null || talk.hasTurns;
  for (const button of taskButtons) button.disabled = !hasFilm;
  byId('pending').hidden = pending === null;
  byId('new-film').disabled = !hasFilm;
  byId('welcome').hidden = talk.hasTurns;
};

/** Whether the server has taken it; if not, the film stays for the next try. */
const say = async (asked, message) => {
  const film = pending;
  const saidIn = talk;
  pending = null;
  showTrouble('');
  const saying = talk.say(asked, message, film);
  refresh();
  try {
    await saying;
    return true;
  } catch (error) {
    if (saidIn !== talk) return false;
    pending ??= film;
    showTrouble(sentenceOf(error));
    refresh();
    return false;
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

const shownSample = (sample) => ({
  url: sample.url,
  altText: `Sample film, ${sample.title}`,
  credit: `${sample.title}. ${sample.credit}.`,
});

const startAnew = async () => {
  const old = talk;
  pending = null;
  keptThread.write(NO_THREAD);
  talk = beginTalk(NO_THREAD);
  viewer.clear();
  showTrouble('');
  refresh();
  byId('choose-file').focus();
  try {
    await old.end();
  } catch (error) {
    showTrouble(sentenceOf(error));
  }
};

const askInWords = async () => {
  const text = words.value.trim();
  if (text === '') return;
  words.value = '';
  const isTaken = await say(text, { text });
  if (!isTaken && words.value === '') words.value = text;
};

const wireComposer = () => {
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    void askInWords();
  });
  words.addEventListener('keydown', (event) => {
    // isComposing: Enter that ends a word of an input method is not a send.
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId('composer').requestSubmit();
  });
  for (const button of taskButtons) {
    const ask = { kind: 'task', task: button.dataset.task };
    button.addEventListener('click', () => void say(button.textContent.trim(), { ask }));
  }
  byId('new-film').addEventListener('click', () => void startAnew());
};

const introduce = ({ model, samples, filmLimitBytes: limit }) => {
  filmLimitBytes = limit;
  const chip = byId('model');
  chip.append(element('span', { textContent: model.name }));
  chip.classList.toggle('demo', model.demo);
  // A demo says so, unless its name does.
  if (model.demo && !/demo/i.test(model.name)) chip.append(element('b', { textContent: 'demo' }));
  chip.title = model.demo ? 'A demonstration model: do not believe its findings' : 'The model';
  chip.hidden = false;
  showSamples(samples, (sample) => takeFilm({ sample: sample.id }, shownSample(sample)));
  const sample = samples.find(({ id }) => id === kept.sample);
  if (sample !== undefined && pending === null) viewer.showFilm(shownSample(sample));
};

/** Asks again until the server is there and has its model, and says meanwhile what it waits for. */
const meetServer = async () => {
  try {
    const about = await server.about();
    showTrouble('');
    introduce(about);
  } catch (error) {
    showTrouble(sentenceOf(error));
    setTimeout(() => void meetServer(), RETRY_MS);
  }
};

if (talk.hasTurns) viewer.showNotKept();
wireComposer();
wireFilmPicker(takeFile);
refresh();
void meetServer();

import { byId, element } from './element.js';

const firstFile = (transfer) => [...(transfer?.files ?? [])][0];

const wireDrop = (onFile) => {
  const dropping = byId('dropping');
  // dragenter and dragleave come for every element on the way; the difference says whether it is over the page.
  let depth = 0;
  const isFile = (event) => event.dataTransfer?.types.includes('Files') === true;
  const leave = () => {
    depth = 0;
    dropping.hidden = true;
  };
  document.addEventListener('dragenter', (event) => {
    if (!isFile(event)) return;
    depth += 1;
    dropping.hidden = false;
  });
  document.addEventListener('dragleave', () => {
    depth -= 1;
    if (depth <= 0) leave();
  });
  document.addEventListener('dragover', (event) => {
    if (isFile(event)) event.preventDefault();
  });
  document.addEventListener('drop', (event) => {
    leave();
    const file = firstFile(event.dataTransfer);
    if (file === undefined) return;
    event.preventDefault();
    onFile(file);
  });
};

const wirePaste = (onFile) =>
  document.addEventListener('paste', (event) => {
    const file = firstFile(event.clipboardData);
    if (file === undefined) return;
    event.preventDefault();
    onFile(file);
  });

const wireChooser = (onFile) => {
  const input = byId('file');
  const choose = () => input.click();
  byId('choose-file').addEventListener('click', choose);
  byId('other-film').addEventListener('click', choose);
  input.addEventListener('change', () => {
    const [file] = input.files;
    // Emptied, so that the same file can be chosen again.
    input.value = '';
    if (file !== undefined) onFile(file);
  });
};

/** Every way to hand the page a film of one's own. */
export const wireFilmPicker = (onFile) => {
  wireDrop(onFile);
  wirePaste(onFile);
  wireChooser(onFile);
};

/** The films that ship with Wetread, each with whose it is. */
export const showSamples = (samples, onSample) => {
  const list = byId('samples').querySelector('ul');
  for (const sample of samples) {
    const button = element(
      'button',
      { type: 'button', title: sample.credit },
      element('img', { src: sample.url, alt: '', loading: 'lazy', width: 96, height: 96 }),
      element('span', { textContent: sample.title }),
    );
    button.addEventListener('click', () => onSample(sample));
    list.append(element('li', {}, button));
  }
  const credits = new Map(samples.map(({ credit, source }) => [credit, source]));
  const line = element('p', { className: 'hint', textContent: 'Films: ' });
  for (const [credit, source] of credits) {
    if (line.childNodes.length > 1) line.append('; ');
    line.append(
      element('a', { href: source, rel: 'noreferrer', target: '_blank', textContent: credit }),
    );
  }
  line.append('.');
  byId('samples').append(line);
  byId('samples').hidden = samples.length === 0;
};

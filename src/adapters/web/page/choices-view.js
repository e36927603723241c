import { element } from './element.js';

/** The reply's question with a button for each answer; the first press counts. */
export const createChoicesView = ({ question, refused, options }, onChoice) => {
  const buttons = options.map((option) =>
    element('button', { type: 'button', textContent: option.text }),
  );
  for (const [index, button] of buttons.entries()) {
    button.addEventListener('click', () => {
      for (const other of buttons) other.disabled = true;
      button.classList.add('chosen');
      onChoice(options[index]);
    });
  }
  const root = element(
    'div',
    { className: refused ? 'question refused' : 'question', role: 'group', ariaLabel: question },
    element('p', { textContent: question }),
    element('div', { className: 'options' }, ...buttons),
  );
  return root;
};

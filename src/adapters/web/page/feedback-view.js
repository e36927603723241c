import { element } from './element.js';

const button = (text, onPress) => {
  const made = element('button', { type: 'button', textContent: text });
  made.addEventListener('click', onPress);
  return made;
};

/**
 * Asks whether a reply is right. `boxes`: the reply's; with several, a fault is of one of them. `onJudge(feedback)` gets
 * what wire.ts calls feedback, and resolves to whether the server has it.
 */
export const createFeedbackView = (boxes, onJudge) => {
  const root = element('div', {
    className: 'feedback',
    role: 'group',
    ariaLabel: 'Your judgement',
  });
  const begin = () => {
    root.replaceChildren(
      button('Right', () => judge({ kind: 'right' })),
      button('Wrong finding', () => judgeBox('wrong-finding')),
      ...(boxes.length === 0 ? [] : [button('Wrong place', () => judgeBox('wrong-place'))]),
    );
  };
  const judge = async (feedback) => {
    for (const pressed of root.querySelectorAll('button')) pressed.disabled = true;
    if (await onJudge(feedback)) {
      root.replaceChildren(element('p', { textContent: 'Noted, thank you.', role: 'status' }));
    } else begin();
  };
  const judgeBox = (kind) => {
    if (boxes.length === 0) return judge({ kind });
    if (boxes.length === 1) return judge({ kind, box: boxes[0].number });
    const numbers = boxes.map(({ number }) =>
      button(`(${number})`, () => judge({ kind, box: number })),
    );
    root.replaceChildren(element('span', { textContent: 'Which one?' }), ...numbers);
    numbers[0].focus();
    return undefined;
  };
  begin();
  return root;
};

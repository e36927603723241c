import { byId } from './element.js';

/** A picture over the whole window, until it is clicked or Escape is pressed; what we drew can be saved. */
export const wireLargePicture = () => {
  const dialog = byId('large');
  dialog.addEventListener('click', (event) => {
    if (event.target.closest('a') === null) dialog.close();
  });

  return {
    open: ({ url, altText }, { isSavable }) => {
      Object.assign(dialog.querySelector('img'), { src: url, alt: altText });
      Object.assign(dialog.querySelector('a'), { href: url, hidden: !isSavable });
      dialog.showModal();
    },
  };
};

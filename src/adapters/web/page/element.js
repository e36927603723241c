/** A DOM element with its properties and children. Text is always set as text, never as markup. */
export const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

/**
 * The element of the page that has this id.
 *
 * @param {string} id
 * @returns {any} of the kind that index.html says
 */
export const byId = (id) => document.getElementById(id);

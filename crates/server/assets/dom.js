// @ts-check
/** Making elements. Text only ever becomes text. */

/**
 * @param {string} name
 * @param {string} [classes]
 * @param {string} [text]
 */
export function make(name, classes, text) {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (text) made.textContent = text;
  return made;
}

// @ts-check
/** What the page brings along: its elements, templates and words. */

/**
 * An element that the page always has.
 *
 * @param {string} id
 */
export function byId(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * A copy of what the page's `<template>` of this name holds.
 *
 * @param {string} id
 */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (byId(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** The localised strings, as the template put them on the root element. */
export const ui = /** @type {Record<string, string>} */ ({ ...byId("chat").dataset });

/**
 * What only screen readers say, once. Saying nothing first lets the same words be said twice.
 *
 * @param {string} text
 */
export function announce(text) {
  const status = byId("status");
  status.textContent = "";
  requestAnimationFrame(() => (status.textContent = text));
}

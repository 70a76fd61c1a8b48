// What a visitor does with the widget on somebody's page, and what can be seen of it from outside.

import assert from "node:assert/strict";

import { serveHosts } from "./hosts.mjs";

/** @typedef {import("playwright-core").Page} Page */

/** Where the hosts of these tests are. */
export const HOST_ADDRESSES = /^http:\/\/(127\.0\.0\.1|localhost|portfolio\.example):\d+\//;

/**
 * For a test's body: with the hosts at their place, on their pages.
 *
 * @param {(stage: import("./harness.mjs").Stage, at: (host: string, name?: string) => string) => Promise<void>} body
 * @returns {(stage: import("./harness.mjs").Stage) => Promise<void>}
 */
export function onHosts(body) {
  return async (stage) => {
    const { address, close } = await serveHosts(stage.base);
    try {
      await body(stage, address);
    } finally {
      // The browser may keep its connections.
      void close();
    }
  };
}

/** @param {Page} page */
export const launcher = (page) => page.locator("portavoz-widget button");

/** @param {Page} page */
export const panel = (page) => page.locator("portavoz-widget [role=dialog]");

/** @param {Page} page */
export async function isOpen(page) {
  const expanded = await launcher(page).getAttribute("aria-expanded");
  assert.equal(await panel(page).isVisible(), expanded === "true", "what is said and what is shown");
  return expanded === "true";
}

/**
 * The frame of the chat, once it is connected with the loader.
 *
 * @param {Page} page
 * @returns {Promise<import("playwright-core").Frame>}
 */
export async function chatFrame(page) {
  await page.locator("portavoz-widget .ready").waitFor({ state: "attached" });
  const frame = page.frames().find((each) => new URL(each.url()).pathname === "/widget");
  assert.ok(frame, "there is a frame");
  return frame;
}

/**
 * Which element of the widget has the focus: `BUTTON`, `IFRAME`, or nothing.
 *
 * @param {Page} page
 */
export function focused(page) {
  return page.evaluate(() => document.querySelector("portavoz-widget")?.shadowRoot?.activeElement?.tagName ?? "");
}

/**
 * Every computed style of every element of the host.
 *
 * @param {Page} page
 */
export function hostStyles(page) {
  return page.evaluate(() =>
    [...document.querySelectorAll("*")]
      .filter((element) => !element.matches("portavoz-widget, script"))
      .map((element) => {
        const style = getComputedStyle(element);
        return `${element.tagName} ${[...style].map((name) => `${name}:${style.getPropertyValue(name)}`).join(";")}`;
      }),
  );
}

/**
 * Every computed style of the widget's own elements. (Variables of the host are inherited and used by nothing.)
 *
 * @param {Page} page
 */
export function widgetStyles(page) {
  return page.evaluate(() =>
    [...(document.querySelector("portavoz-widget")?.shadowRoot?.querySelectorAll("*") ?? [])].flatMap((element) => {
      const style = getComputedStyle(element);
      const names = [...style].filter((name) => !name.startsWith("--"));
      return names.map((name) => `${element.tagName} ${name}: ${style.getPropertyValue(name)}`);
    }),
  );
}

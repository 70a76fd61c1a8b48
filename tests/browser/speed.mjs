// How quickly pages are there, as far as it can be asserted on any machine: nothing moves once it shows, little is asked
// for, little comes. Times are printed; `cargo xtask bench pages` measures them.

import assert from "node:assert/strict";

import { enter } from "./dashboard.mjs";
import { test } from "./harness.mjs";
import { beginAnswer, heldAnswers, openChat, releaseAnswer, settledAnswer } from "./visitor.mjs";
import { moved, vitalsOf, watchVitals } from "./vitals.mjs";

const QUESTION = "¿Qué experiencia tiene María con RAG?";
const PHONE = { width: 320, height: 568 };
const before = [watchVitals];

/** Pages with the most that they may ask for and weigh. @type {[string, string, number, number][]} */
const PAGES = [
  ["the chat page", "/", 5, 15 * 1024],
  ["the widget's frame", "/widget", 5, 15 * 1024],
  ["the overview of the dashboard", "/admin?period=day", 14, 56 * 1024],
];

for (const [name, address, requests, bytes] of PAGES) {
  for (const size of [{ width: 1280, height: 800 }, PHONE]) {
    test(
      `${name} moves nothing while it loads, and is light (${size.width} pixels)`,
      { before, size },
      async (stage) => {
        if (address.startsWith("/admin")) await enter(stage);
        const page = await stage.context.newPage();
        const vitals = await vitalsOf(page, address);
        const { shifts } = await moved(page);
        console.log(`    ${JSON.stringify(vitals)}`);
        assert.equal(vitals.shift, 0, JSON.stringify(shifts));
        assert.ok(vitals.requests <= requests, `${vitals.requests} requests`);
        assert.ok(vitals.bytes <= bytes, `${vitals.bytes} bytes`);
      },
    );
  }
}

test(
  "an answer that comes in moves nothing of what was already read",
  { before: [watchVitals, heldAnswers] },
  async ({ page }) => {
    await openChat(page);
    await beginAnswer(page, QUESTION);
    await releaseAnswer(page);
    await settledAnswer(page, 0);
    await beginAnswer(page, "¿Qué proyectos ha hecho?");
    // For half a second after a key was pressed the browser excuses what moves.
    await page.waitForTimeout(600);
    await page.evaluate(() => Object.assign(window, { shift: 0, shifts: [] }));
    await releaseAnswer(page);
    await settledAnswer(page, 1);
    const { shift, shifts } = await moved(page);
    assert.equal(shift, 0, JSON.stringify(shifts));
  },
);

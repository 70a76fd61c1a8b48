// Sentences that the sources do not support, where the owner wants them delivered and marked (`verify.mode = "annotate"`).
//
// The server behind these tests has no model, and quotations need no mark: the events here are made up.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import { ask, openChat, ready, settledAnswer, textOf } from "./visitor.mjs";

const SENTENCES = [
  { text: "María dirige **Legajo**.", status: "supported", claims: [] },
  { text: "Ganó el [premio](https://premio.example) en 2031.", status: "unsupported", claims: [] },
  { text: "Trabaja sola.", status: "contradicted", claims: [] },
];
const CITATION = { index: 1, document: "a", title: "A", url: "/source?document=a", quote: "a" };
const TOLD = "María dirige **Legajo** [1]. Ganó el [premio](https://premio.example) en 2031 [1].\n\n- Trabaja sola.";

/**
 * The page as it is sent where sentences are marked, and a server that gives the made-up answer.
 *
 * @param {import("playwright-core").Page} page
 * @param {boolean} marks
 */
async function prepared(page, marks) {
  const words = 'data-unsupported="no consta en las fuentes" data-contradicted="las fuentes dicen otra cosa"';
  await page.route(
    (url) => url.pathname === "/",
    async (route) => {
      const response = await route.fetch();
      const html = await response.text();
      await route.fulfill({ response, body: marks ? html.replace('data-hosts="', `${words} data-hosts="premio.example `) : html });
    },
  );
  const verification = { score: 0.1, withheld: 0, sentences: SENTENCES };
  const events = [
    ["start", { turn_id: "t", conversation_id: "c", visitor_token: "v", model: "m", variant: null }],
    ["citation", CITATION],
    ["delta", { text: TOLD }],
    ...SENTENCES.map(({ text, status }, index) => ["verdict", { index, sentence: text, status }]),
    ["verdict", { index: 3, sentence: null, status: "unsupported" }],
    ["done", { outcome: "answered", language: "es", model: "m", cost_usd: 0, took_ms: 1, verification }],
  ];
  const body = events.map(([name, data]) => `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`).join("");
  await page.route("**/api/chat", (route) => route.fulfill({ contentType: "text/event-stream", body }));
  const turn = { turn_id: "t", question: "¿Qué?", answer: TOLD, citations: [CITATION], verification };
  const turns = [{ ...turn, outcome: "answered", status: "complete" }];
  await page.route("**/api/conversations/**", (route) =>
    route.fulfill({ json: { conversation_id: "c", language: "es", turns } }),
  );
}

test(
  "what the sources do not say is marked for eyes and ears, and again after a reload",
  { axe: true },
  async ({ page }) => {
    await prepared(page, true);
    await openChat(page);
    await isMarked(page, await ask(page, "¿Qué?"));
    await page.reload();
    await ready(page);
    await isMarked(page, await settledAnswer(page, 0));
  },
);

test("without marks the answer is told as it is", async ({ page }) => {
  await prepared(page, false);
  await openChat(page);
  const answer = await ask(page, "¿Qué?");
  assert.equal(await answer.locator(".unconfirmed, .unconfirmed-note").count(), 0);
  assert.doesNotMatch(await textOf(answer), /fuentes/);
});

/**
 * @param {import("playwright-core").Page} page
 * @param {import("playwright-core").Locator} answer
 */
async function isMarked(page, answer) {
  const marked = (await answer.locator(".unconfirmed").allInnerTexts()).join("|");
  assert.equal(marked, "Ganó el|premio|en 2031|Trabaja sola.");
  const notes = await answer.locator(".unconfirmed-note").allInnerTexts();
  assert.deepEqual(
    notes.map((note) => note.trim()),
    ["(no consta en las fuentes)", "(las fuentes dicen otra cosa)"],
  );
  assert.equal(await answer.locator("a[href='https://premio.example/']").count(), 1, "the link is still one");
  const { violations } = await page.evaluate(() => /** @type {any} */ (window).axe.run());
  assert.deepEqual(
    violations.map((/** @type {any} */ violation) => violation.id),
    [],
  );
}

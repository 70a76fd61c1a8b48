// The API's documentation page, drawn from `/openapi.json`.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";

test("every operation of the description is on the page and in its index", async ({ page }) => {
  const description = await (await page.request.get("/openapi.json")).json();
  await page.goto("/docs");
  await page.locator(".operation").first().waitFor();
  const shown = await page.locator(".operation h3").allInnerTexts();
  const listed = await page.locator("#index a").allInnerTexts();
  const words = (/** @type {string} */ text) => text.replace(/\s+/g, " ").trim();
  const expected = Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.keys(/** @type {object} */ (methods)).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.ok(expected.length >= 5, "the description is not empty");
  assert.deepEqual(shown.map(words).sort(), [...expected].sort());
  assert.deepEqual(listed.map(words).sort(), [...expected].sort());
});

test("every reference and every field's type is resolved", async ({ page }) => {
  await page.goto("/docs");
  await page.locator(".operation").first().waitFor();
  const text = await page.locator("main").innerText();
  assert.doesNotMatch(text, /undefined|\[object Object\]|\$ref|NaN/);
  for (const path of ["/api/chat", "/api/conversations/{id}", "/v1/chat/completions", "/healthz"]) {
    assert.ok(text.includes(path), path);
  }
});

test("the example of each operation is what the server takes", async ({ page }) => {
  await page.goto("/docs");
  const chat = page.locator(".operation", { has: page.locator("h3", { hasText: "/api/chat" }) });
  const example = await chat.locator("pre").innerText();
  const body = /-d '(.*)'/.exec(example)?.[1] ?? "";
  const response = await page.request.post("/api/chat", {
    headers: { "content-type": "application/json" },
    data: body,
  });
  assert.equal(response.status(), 200, example);
  assert.ok((await response.json()).answer);
});

test("an entry of the index leads to its operation, and its address does too", async ({ page }) => {
  await page.goto("/docs");
  const entry = page.locator("#index a").last();
  await entry.click();
  const place = decodeURIComponent(new URL(page.url()).hash.slice(1));
  assert.ok(place);
  await page.goto("/");
  await page.goto(`/docs#${encodeURIComponent(place)}`);
  await page.waitForFunction((id) => {
    const section = document.getElementById(id)?.getBoundingClientRect();
    return section && section.top < window.innerHeight && section.bottom > 0;
  }, place);
});

test(
  "a description that cannot be read is said to be so",
  { expected: [/Failed to load resource/] },
  async ({ page }) => {
    await page.route("**/openapi.json", (route) => route.fulfill({ status: 503, body: "" }));
    await page.goto("/docs");
    await page.locator(".problem").waitFor();
    assert.match(await page.locator("main").innerText(), /could not be read.*503/s);
  },
);

// The source page: a document, opened at the cited place.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import { ask, openChat } from "./visitor.mjs";

/** The address of some answer's first source on portavoz itself. @param {import("playwright-core").Page} page */
async function someSource(page) {
  await openChat(page);
  const answer = await ask(page, "¿Qué tecnologías domina María?");
  const address = await answer.locator('.sources a[href*="/source?"]').first().getAttribute("href");
  assert.ok(address, "the answer has a source of ours");
  return address;
}

/** @param {import("playwright-core").Page} page */
async function markIsInView(page) {
  await page.locator("mark#place").waitFor();
  return page.locator("mark#place").evaluate((mark) => {
    const { top, bottom } = mark.getBoundingClientRect();
    const bar = document.querySelector("header")?.getBoundingClientRect().bottom ?? 0;
    return top >= bar && top < window.innerHeight && bottom > bar;
  });
}

test("the marked passage is in view below the bar, with and without `#place` in the address", async ({ page }) => {
  const address = await someSource(page);
  await page.goto(address);
  assert.ok(await markIsInView(page));
  await page.goto("/docs");
  await page.goto(address.replace("#place", ""));
  assert.ok(await markIsInView(page));
});

test("the marked passage is in view on a phone", { size: { width: 320, height: 568 } }, async ({ page }) => {
  await page.goto(await someSource(page));
  assert.ok(await markIsInView(page));
});

test("the document has its title and language, and leads back to the chat", async ({ page }) => {
  await page.goto(await someSource(page));
  const title = await page.locator("h1").innerText();
  assert.ok(title.length > 0);
  assert.equal(await page.title(), title);
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
  await page.locator("a.back").click();
  await page.locator("#message").waitFor();
});

test("headings and lists are shown as such, without the marks they are written with", async ({ page }) => {
  const address = new URL(await someSource(page), page.url());
  for (const document of ["tecnologias.md", "faq.md", "proyectos/rag-juridico.md"]) {
    address.search = `?document=${encodeURIComponent(document)}`;
    await page.goto(address.href);
    assert.ok((await page.locator(".document :is(h2, h3)").count()) >= 4, document);
    assert.ok((await page.locator(".document li").count()) >= 4, document);
    assert.doesNotMatch(await page.locator("body").innerText(), /^(#|- |---|title:)/m, document);
  }
});

test("a whole document can be read without a mark", async ({ page }) => {
  const address = new URL(await someSource(page), page.url());
  await page.goto(`/source?document=${encodeURIComponent(address.searchParams.get("document") ?? "")}`);
  assert.equal(await page.locator("mark").count(), 0);
  assert.ok((await page.locator(".document").innerText()).length > 100);
});

test("what is marked does not depend on the bytes that the address asks for", async ({ page }) => {
  const address = new URL(await someSource(page), page.url());
  for (const [from, to] of [
    ["0", "999999999"],
    ["5", "3"],
    ["999999999", "999999999"],
    ["1", "2"],
  ]) {
    address.searchParams.set("from", from ?? "");
    address.searchParams.set("to", to ?? "");
    const response = await page.goto(address.href);
    assert.equal(response?.status(), 200, `${from}..${to}`);
    assert.doesNotMatch(await page.locator(".document").innerText(), /\uFFFD/);
  }
});

test("an address of no document is refused without an error of the server", async ({ page }) => {
  for (const query of [
    "",
    "?document=",
    "?document=nope",
    "?document=../../etc/passwd",
    "?document=<script>alert(1)</script>",
    "?document=cv&from=-1",
    "?document=cv&from=x",
    "?document=%00",
    "?document=%ff",
  ]) {
    const response = await page.request.get(`/source${query}`);
    assert.ok([400, 404].includes(response.status()), `${query}: ${response.status()}`);
    assert.doesNotMatch(
      response.headers()["content-type"] ?? "",
      /html/,
      "what the address says is never sent back as a page",
    );
  }
});

test("the source page asks for nothing but itself", async ({ page }) => {
  const address = await someSource(page);
  /** @type {string[]} */
  const asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto(address);
  assert.deepEqual(
    asked.filter((path) => path !== "/source" && !path.startsWith("/assets/")),
    [],
  );
});

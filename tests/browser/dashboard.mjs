// The dashboard as the owner meets it: every page in both themes, in both languages and on the smallest phone, with and
// without scripts. `PORTAVOZ_ADMIN_TOKEN` is the owner's token of the server that is tested. Pictures of every page are
// left in `target/screenshots/`, to be looked at.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { assertAccessible, assertFits } from "./accessibility.mjs";
import { test } from "./harness.mjs";

const PICTURES = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));
const PHONE = { width: 320, height: 568 };
const TOKEN = process.env.PORTAVOZ_ADMIN_TOKEN ?? "";
const QUESTION = "¿Qué experiencia tiene María con RAG?";

/** Every page that can be reached by its address: name of its picture, and address. */
const PAGES = /** @type {const} */ ([
  ["documents", "/admin/documents"],
  ["search", `/admin/search?q=${encodeURIComponent(QUESTION)}`],
  ["missing", "/admin/nothing"],
]);

/** The browser says so of the page that is missing on purpose. */
const expected = [/Failed to load resource: the server responded with a status of (401|404)/];

/**
 * The cookie of one session for all tests: logging in is throttled.
 *
 * @type {Promise<{ name: string, value: string, url: string }> | undefined}
 */
let session;

/** @param {import("./harness.mjs").Stage} stage */
async function enter({ context, page, base }) {
  session ??= (async () => {
    await page.goto("/admin");
    await page.locator("#token").fill(TOKEN);
    await page.locator("form.login button").click();
    await page.locator("nav").waitFor();
    const cookies = await context.cookies(`${base}/admin`);
    const found = cookies.find(({ name }) => name === "portavoz_session");
    assert.ok(found, "logging in gives a cookie");
    assert.deepEqual([found.httpOnly, found.sameSite, found.path], [true, "Strict", "/admin"]);
    return { name: found.name, value: found.value, url: `${base}/admin` };
  })();
  await context.addCookies([await session]);
}

/**
 * Asks over the API, so that there is something to look at.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} message
 * @returns {Promise<any>}
 */
async function ask(page, message) {
  const response = await page.request.post("/api/chat", { data: { message } });
  assert.equal(response.status(), 200);
  return response.json();
}

/**
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}${name}.png`, fullPage: true });
}

test("the dashboard opens with the owner's token only, and closes", { expected }, async (stage) => {
  const { page } = stage;
  await page.goto("/admin/documents");
  await page.locator("#token").fill("a guess");
  await page.keyboard.press("Enter");
  await page.locator("[role=alert]").waitFor();
  assert.ok(new URL(page.url()).pathname.startsWith("/admin/login"));
  await enter(stage);
  await page.goto("/admin/documents");
  assert.equal(await page.locator("h1").innerText(), "Documentos");
});

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  for (const [device, size] of /** @type {const} */ ([
    ["desk", { width: 1280, height: 800 }],
    ["phone", PHONE],
  ])) {
    const options = { scheme, size, axe: true, expected };

    test(`axe finds nothing on the dashboard's pages (${scheme}, ${device})`, options, async (stage) => {
      const { page } = stage;
      const { conversation_id } = await ask(page, QUESTION);
      await page.goto("/admin/login");
      await assertAccessible(page, "login");
      await assertFits(page, "login");
      await picture(page, `login-${scheme}-${device}`);
      await enter(stage);
      for (const [name, path] of [...PAGES, ["conversation", `/admin/conversations/${conversation_id}`]]) {
        await page.goto(path ?? "");
        await picture(page, `${name}-${scheme}-${device}`);
        await page.evaluate(() => {
          for (const details of document.querySelectorAll("details")) details.open = true;
        });
        await assertAccessible(page, path ?? "");
        await assertFits(page, path ?? "");
      }
    });
  }
}

test("the dashboard is read in the language that is chosen", async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/documents");
  await page.locator(".tools [hreflang=en]").click();
  assert.equal(await page.locator("h1").innerText(), "Documents");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.locator("nav a").first().click();
  assert.equal(await page.locator("html").getAttribute("lang"), "en", "on the next page too");
  await page.locator(".tools [hreflang=es]").click();
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
});

test("the search bench shows the passage that answers, and opens it at its place", async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/documents");
  await page.locator("#q").fill(QUESTION);
  await page.keyboard.press("Enter");
  const first = page.locator(".hit").first();
  assert.match(await first.innerText(), /RAG/);
  await first.locator("summary").click();
  assert.ok((await first.locator("tbody tr").count()) > 3, "features are listed");
  await first.locator("h2 a").click();
  await page.locator("mark").first().waitFor();
});

test("the owner reaches every page by keyboard", async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/documents");
  await page.keyboard.press("Tab");
  assert.match((await page.locator(":focus").getAttribute("class")) ?? "", /skip/);
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate(() => document.activeElement?.id), "main");
});

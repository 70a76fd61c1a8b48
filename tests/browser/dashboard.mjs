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

/** An experiment that is planned. */
const PLAN = "name=luna&variant=brief&change=max_results&value=1&share=50&effect=10&horizon=5000";

/** Every page that can be reached by its address: name of its picture, and address. */
const PAGES = /** @type {const} */ ([
  ["overview", "/admin?period=day"],
  ["overview-year", "/admin?period=year"],
  ["conversations", "/admin/conversations"],
  ["messages", "/admin/messages"],
  ["conversations-found", "/admin/conversations?q=RAG&outcome=answered&language=es"],
  ["conversations-none", "/admin/conversations?q=nothing-has-this"],
  ["spending", "/admin/spending"],
  ["documents", "/admin/documents"],
  ["preview", "/admin/documents/preview?document=faq.md"],
  ["search", `/admin/search?q=${encodeURIComponent(QUESTION)}`],
  ["models", "/admin/models"],
  ["evaluation", "/admin/evaluation"],
  ["run", "/admin/evaluation/last"],
  ["run-different", "/admin/evaluation/last?show=different&sort=difference"],
  ["case", "/admin/evaluation/last/guia-experiencia"],
  ["compare", "/admin/evaluation/compare?a=control&b=brief"],
  ["experiments", "/admin/experiments"],
  ["experiment-plan", `/admin/experiments/new?${PLAN}`],
  ["experiment", "/admin/experiments/luna"],
  ["compare-none", "/admin/evaluation/compare?a=control&b=nothing"],
  ["alerts", "/admin/alerts"],
  ["appearance", "/admin/appearance?colour=%23a01060&greeting=Hola"],
  ["checklist", "/admin/checklist"],
  ["settings", "/admin/settings"],
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
export async function enter({ context, page, base }) {
  session ??= (async () => {
    await page.goto("/admin");
    await page.locator("#token").fill(TOKEN);
    await page.locator("form.login button").click();
    await page.locator(".tools form").waitFor();
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
 * Starts an experiment, unless it runs already, with visitors who ask.
 *
 * @param {import("playwright-core").Page} page
 */
async function experiment(page) {
  const headers = { authorization: `Bearer ${TOKEN}` };
  const variants = [{ name: "brief", variation: { max_results: 1 } }];
  const started = await page.request.post("/api/admin/experiments", { headers, data: { name: "luna", variants, confirm: true } });
  assert.ok([201, 409].includes(started.status()), await started.text());
  if (started.status() === 409) return;
  const browser = { "user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" };
  for (let visitor = 0; visitor < 12; visitor += 1) {
    const asked = await page.request.post("/api/chat", { headers: browser, data: { message: QUESTION } });
    assert.equal(asked.status(), 200);
  }
}

/**
 * A server that is tested has no past, and one moment is not drawn: gives the overview a chart of a week.
 *
 * @param {import("playwright-core").Page} page
 */
async function givePast(page) {
  const noon = Date.UTC(2026, 10, 22) / 1000;
  const chart = JSON.stringify({
    unit: "count",
    times: [6, 5, 4, 3, 2, 1, 0].map((day) => noon - day * 24 * 3600),
    series: [{ name: "preguntas", values: [1, 0, 3, 0, 5, 0, 7], before: [1, 1, 1, 1, 1, 1, 3] }],
    limit: null,
    limit_name: "",
    before_name: "antes",
    bars: true,
    hourly: false,
  });
  const numbers = chart.replaceAll('"', "&quot;");
  const drawing = `<div class="drawing" role="img" aria-label="Preguntas" data-chart="${numbers}"></div>`;
  await page.route(/\/admin\?period=/, async (route) => {
    const response = await route.fetch();
    const body = (await response.text()).replace(/<div class="charts">/, `$&<figure class="card plot">${drawing}</figure>`);
    await route.fulfill({ response, body });
  });
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
      const { conversation_id, turn_id, visitor_token } = await ask(page, QUESTION);
      const left = { message: "¿Tiene un hueco en marzo?", name: "Zoé", email: "zoe@example.com", turn_id, visitor_token };
      assert.equal((await page.request.post("/api/messages", { data: left })).status(), 201);
      await experiment(page);
      await givePast(page);
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

test("a message is read, done and deleted", { expected }, async (stage) => {
  const { page } = stage;
  const left = await page.request.post("/api/messages", { data: { message: "¿Y llamas?", name: "Iris" } });
  assert.equal(left.status(), 201);
  await enter(stage);
  await page.goto("/admin/messages?state=new");
  const letter = () => page.locator(".letter", { hasText: "¿Y llamas?" });
  await letter().getByRole("button", { name: /^Marcar como leído/u }).click();
  await page.waitForURL("**/admin/messages?state=new");
  assert.equal(await letter().count(), 0, "it is not among the new ones any more");
  await page.goto("/admin/messages");
  await letter().getByRole("button", { name: /^Marcar como atendido/u }).click();
  await letter().getByText("atendido", { exact: true }).waitFor();
  const forever = letter().getByRole("button", { name: "Borrar para siempre" });
  assert.equal(await forever.isVisible(), false, "it is asked for twice");
  await letter().locator("summary").click();
  await forever.click();
  await page.waitForURL("**/admin/messages");
  assert.equal(await letter().count(), 0);
});

test("the dashboard is read in the language that is chosen", async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/documents");
  await page.locator(".tools [hreflang=en]").click();
  assert.equal(await page.locator("h1").innerText(), "Documents");
  assert.equal(await page.locator("html").getAttribute("lang"), "en");
  await page.locator("nav a", { hasText: "Conversations" }).click();
  await page.waitForURL("**/admin/conversations");
  assert.equal(await page.locator("html").getAttribute("lang"), "en", "on the next page too");
  await page.locator(".tools [hreflang=es]").click();
  assert.equal(await page.locator("html").getAttribute("lang"), "es");
});

test("filters stand in the address, can be taken back, and the back button undoes them", async (stage) => {
  const { page } = stage;
  await ask(page, QUESTION);
  await ask(page, "hola");
  await enter(stage);
  await page.goto("/admin/conversations");
  await page.locator("#q").fill("rag");
  await page.locator("#outcome").selectOption("answered");
  await page.keyboard.press("Tab");
  await page.locator(".filters button").click();
  await page.locator(".chosen").waitFor();
  assert.equal(new URL(page.url()).search, "?q=rag&outcome=answered", "what was not chosen is not in it");
  assert.match(await page.locator(".asked").innerText(), /RAG/);
  await page.locator(".chosen a", { hasText: "rag" }).click();
  await page.waitForURL("**/admin/conversations?outcome=answered");
  assert.equal(await page.locator("#q").inputValue(), "");
  await page.goBack();
  assert.equal(await page.locator("#q").inputValue(), "rag");
  await page.goBack();
  assert.equal(await page.locator(".chosen").count(), 0);
  assert.match(await page.locator(".asked").innerText(), /hola/);
});

test("a row of the list leads to its question, whose sources are a click away", async (stage) => {
  const { page } = stage;
  await ask(page, QUESTION);
  await enter(stage);
  await page.goto("/admin/conversations?q=RAG");
  await page.locator(".asked a").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/conversations/*#turn-*");
  const cite = page.locator(".cite").first();
  await cite.click();
  assert.ok(await page.locator(".sources li:target").isVisible());
  await page.locator(".sources li:target a").click();
  await page.locator("mark").first().waitFor();
});

test("from a run the owner comes to a comparison, to a case, and to the words that differ", async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/evaluation");
  await page.locator(".runs h2 a", { hasText: "demo" }).click();
  assert.equal(await page.locator(".targets tbody tr").count(), 2);
  await page.locator(".choices a", { hasText: "Fallados" }).click();
  assert.match(page.url(), /show=failed/);
  assert.ok((await page.locator(".cases .mark.bad").count()) > 0);
  await page.goto("/admin/evaluation");
  await page.locator("#a").selectOption({ label: "control" });
  await page.locator("#b").selectOption({ label: "brief" });
  await page.locator(".picks button").click();
  await page.locator(".verdict .sentence").waitFor();
  assert.ok((await page.locator(".metrics .around").count()) > 5, "each difference is drawn");
  await page.locator(".cases a").first().click();
  assert.equal(await page.locator(".beside article").count(), 2);
  assert.ok((await page.locator(".words del, .words ins").count()) > 0);
  await page.locator(".back a").click();
  assert.match(await page.locator("h1").innerText(), /demo/);
});

test("a setting is found, and says how it is changed", async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/settings");
  await page.locator("#q").fill("rate enabled");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/admin/settings?q=*");
  const found = page.locator(".keys dl > div").first();
  assert.match(await found.innerText(), /enabled[\s\S]*false[\s\S]*PORTAVOZ_RATE__ENABLED/, "its value and where it is from");
  await found.locator("summary").click();
  assert.match(await found.locator("pre").innerText(), /\[rate\]\nenabled = false/);
});

test("on paper there is no menu, ink is black, and tables are whole", async (stage) => {
  const { page } = stage;
  await ask(page, QUESTION);
  await enter(stage);
  await page.goto("/admin/documents");
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  assert.ok(!(await page.locator("#menu").isVisible()), "no menu");
  assert.ok(!(await page.locator("form").first().isVisible()), "no forms");
  const paper = await page.evaluate(() => {
    const scroll = document.querySelector(".scroll");
    return [getComputedStyle(document.body).color, scroll ? getComputedStyle(scroll).overflowX : ""];
  });
  assert.deepEqual(paper, ["rgb(0, 0, 0)", "visible"]);
  await picture(page, "documents-print");
});

test("on a phone the menu opens by keyboard and closes again, without scripts", { size: PHONE }, async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/documents");
  assert.ok(!(await page.locator("#menu").isVisible()));
  await page.locator(".opener").focus();
  await page.keyboard.press("Enter");
  assert.ok(await page.locator("#menu").isVisible());
  await picture(page, "menu-phone");
  await page.keyboard.press("Escape");
  assert.ok(!(await page.locator("#menu").isVisible()));
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

test("a test of the alerts says what became of it, and the page stays readable in both languages", async (stage) => {
  const { page } = stage;
  await enter(stage);
  await page.goto("/admin/alerts");
  await page.locator("[action='/admin/alerts/test'] button").click();
  await page.locator("main [role=status]").waitFor();
  await page.locator(".tools [hreflang=en]").click();
  assert.equal(await page.locator("h1").innerText(), "Alerts");
  assert.equal(new URL(page.url()).pathname, "/admin/alerts");
  await page.locator(".tools [hreflang=es]").click();
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

test("a chart says what is under the pointer, and the arrow keys move it", async (stage) => {
  const { page } = stage;
  await givePast(page);
  await ask(page, QUESTION);
  await enter(stage);
  await page.goto("/admin?period=week");
  const plot = page.locator(".plot", { has: page.locator("[data-chart]") }).first();
  await plot.locator("canvas").waitFor();
  const box = await plot.locator("canvas").boundingBox();
  assert.ok(box && box.width > 200 && box.height > 100, JSON.stringify(box));
  const reading = plot.locator(".reading");
  await plot.locator(".drawing").focus();
  await page.keyboard.press("End");
  assert.match(await reading.innerText(), /nov.*preguntas 7.*antes 3/s, "the newest, beside the one before");
  await page.keyboard.press("ArrowLeft");
  assert.match(await reading.innerText(), /preguntas 0/);
  await page.keyboard.press("Escape");
  assert.doesNotMatch(await reading.innerText(), /nov/);
});

test("nothing moves while the overview's charts are drawn", async (stage) => {
  const { page } = stage;
  await givePast(page);
  await ask(page, QUESTION);
  await enter(stage);
  await page.goto("/admin?period=week");
  await page.locator(".plot canvas").first().waitFor();
  const shift = await page.evaluate(
    () =>
      new Promise((resolve) => {
        let sum = 0;
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) sum += /** @type {any} */ (entry).value;
        }).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => resolve(sum), 300);
      }),
  );
  assert.ok(Number(shift) < 0.01, `moved by ${shift}`);
});

test("the dashboard says everything without scripts", async ({ context, page, base }) => {
  await ask(page, QUESTION);
  await enter({ context, page, base });
  const browser = context.browser();
  assert.ok(browser);
  const plain = await browser.newContext({ javaScriptEnabled: false, locale: "es-ES" });
  try {
    await plain.addCookies(await context.cookies(`${base}/admin`));
    const still = await plain.newPage();
    await still.goto(`${base}/admin?period=day`);
    assert.equal(await still.locator(".threshold .figure:visible").count(), 4, "the numbers are there");
    assert.equal(await still.locator("[data-chart]:visible").count(), 0, "and no empty chart");
    await still.goto(`${base}/admin/conversations?outcome=answered`);
    await still.locator(".asked a").first().click();
    await still.locator(".turn").first().waitFor();
  } finally {
    await plain.close();
  }
});

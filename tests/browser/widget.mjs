// The widget on other people's pages, friendly and hostile: it looks and works the same on all of them, and leaves them
// as they were. Pictures are left in `target/screenshots/`, to be looked at.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { assertAccessible } from "./accessibility.mjs";
import {
  HOST_ADDRESSES,
  chatFrame,
  focused,
  hostStyles,
  isOpen,
  launcher,
  onHosts,
  panel,
  widgetStyles,
} from "./embedded.mjs";
import { test } from "./harness.mjs";
import { ask, beginAnswer, heldAnswers, textOf } from "./visitor.mjs";
import { travelled } from "./vitals.mjs";

const PICTURES = fileURLToPath(new URL("../../target/screenshots/", import.meta.url));
const QUESTION = "¿Qué experiencia tiene María con RAG?";
const PHONE = { width: 320, height: 568 };
const elsewhere = HOST_ADDRESSES;

/**
 * @param {import("playwright-core").Page} page
 * @param {string} name
 */
async function picture(page, name) {
  await mkdir(PICTURES, { recursive: true });
  await page.screenshot({ path: `${PICTURES}widget-${name}.png` });
}

/** What the widget looks like on the plain host: what every other is held against. @type {string[] | undefined} */
let plain;

for (const host of ["plain", "bootstrap", "tailwind", "resets", "moved", "strict", "trusting", "clobbered", "twice"]) {
  test(
    `the widget looks and works the same on the host "${host}", which stays as it was`,
    { elsewhere },
    onHosts(async ({ page }, at) => {
      await page.goto(`${at(host)}?bare`);
      const before = await hostStyles(page);
      await page.goto(at(host));
      await launcher(page).waitFor();
      assert.equal(await page.locator("portavoz-widget").count(), 1);
      assert.deepEqual(await launcher(page).boundingBox(), { x: 1280 - 76, y: 800 - 76, width: 56, height: 56 });
      assert.equal(await page.frames().length, 1, "the chat is not loaded before it is wanted");
      assert.deepEqual(await hostStyles(page), before);

      await launcher(page).focus();
      await page.keyboard.press("Enter");
      const frame = await chatFrame(page);
      assert.ok(await isOpen(page));
      await frame.waitForFunction(() => document.activeElement?.id === "message");
      assert.equal(await focused(page), "IFRAME");
      assert.match(await textOf(await ask(/** @type {any} */ (frame), QUESTION)), /RAG/);
      await picture(page, host);
      const styles = await widgetStyles(page);
      plain ??= styles;
      assert.deepEqual(styles, plain);
      assert.deepEqual(await hostStyles(page), before);

      await page.keyboard.press("Escape");
      await page.waitForFunction(() => document.activeElement?.tagName === "PORTAVOZ-WIDGET");
      assert.deepEqual([await isOpen(page), await focused(page)], [false, "BUTTON"]);
      await launcher(page).click();
      assert.ok(await isOpen(page));
      await frame.locator("#close").click();
      await launcher(page).and(page.locator("[aria-expanded=false]")).waitFor();
      assert.equal(await focused(page), "BUTTON");
      assert.deepEqual(await hostStyles(page), before);
    }),
  );
}

test(
  "on a page from right to left the widget stands at the left, and its words run as ever",
  { elsewhere },
  onHosts(async ({ page }, at) => {
    await page.goto(at("rtl"));
    await launcher(page).waitFor();
    assert.equal((await launcher(page).boundingBox())?.x, 20);
    await launcher(page).click();
    await chatFrame(page);
    assert.equal((await panel(page).boundingBox())?.x, 20);
    assert.equal(await panel(page).evaluate((element) => getComputedStyle(element).direction), "ltr");
    await picture(page, "rtl");
  }),
);

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  test(
    `axe finds nothing on a page with the open widget (${scheme})`,
    { elsewhere, scheme, axe: true },
    onHosts(async ({ page }, at) => {
      await page.goto(at("plain", "localhost"));
      await launcher(page).waitFor();
      await assertAccessible(page, "closed");
      await launcher(page).click();
      const frame = await chatFrame(page);
      await ask(/** @type {any} */ (frame), QUESTION);
      await assertAccessible(page, "open");
      await assertAccessible(frame, "in the frame");
      await picture(page, scheme);
    }),
  );
}

test(
  "on a phone the panel fills the screen, keeps the focus and closes by its own button",
  { elsewhere, size: PHONE },
  onHosts(async ({ page }, at) => {
    await page.goto(at("plain"));
    await launcher(page).waitFor();
    await picture(page, "phone-closed");
    await launcher(page).click();
    const frame = await chatFrame(page);
    assert.deepEqual(await panel(page).boundingBox(), { x: 0, y: 0, ...PHONE });
    assert.ok(!(await launcher(page).isVisible()), "the frame's own button takes over");
    await page.locator("#own").focus();
    await page.waitForFunction(() => document.activeElement?.tagName === "PORTAVOZ-WIDGET");
    await ask(/** @type {any} */ (frame), QUESTION);
    const wide = await frame.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wide <= 0, `${wide} pixels too wide`);
    await picture(page, "phone");
    await frame.locator("#close").click();
    await launcher(page).waitFor();
    assert.equal(await focused(page), "BUTTON");
  }),
);

test(
  "a host chooses corner, colour, language and greeting",
  { elsewhere },
  onHosts(async ({ page }, at) => {
    await page.goto(at("dressed"));
    await launcher(page).waitFor();
    assert.equal((await launcher(page).boundingBox())?.x, 20);
    const colours = await launcher(page).evaluate((element) => {
      const { backgroundColor, color } = getComputedStyle(element);
      return [backgroundColor, color];
    });
    assert.deepEqual(colours, ["rgb(242, 193, 78)", "rgb(17, 17, 17)"], "its sign can be read on it");
    await launcher(page).click();
    const frame = await chatFrame(page);
    assert.equal(await frame.locator("html").getAttribute("lang"), "de");
    assert.equal(await frame.locator(".greeting").innerText(), "Willkommen, <b>Gast</b>.");
    await picture(page, "dressed");
  }),
);

test(
  "a widget that opens by itself takes no focus away, and stays closed on a phone",
  { elsewhere },
  onHosts(async ({ page }, at) => {
    await page.goto(at("opened"));
    await chatFrame(page);
    assert.ok(await isOpen(page));
    assert.equal(await page.evaluate(() => document.activeElement?.tagName), "BODY");
    await page.setViewportSize(PHONE);
    await page.reload();
    await launcher(page).waitFor();
    assert.ok(!(await isOpen(page)));
  }),
);

test(
  "the host's own buttons open and close it, and get the focus back",
  { elsewhere },
  onHosts(async ({ page }, at) => {
    await page.goto(at("plain"));
    await launcher(page).waitFor();
    const own = page.locator("#own");
    await own.evaluate((button) =>
      button.addEventListener("click", () => /** @type {any} */ (window).portavoz.toggle()),
    );
    await own.click();
    const frame = await chatFrame(page);
    await frame.waitForFunction(() => document.activeElement?.id === "message");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.activeElement?.id === "own");
    assert.ok(!(await isOpen(page)));
    const api = await page.evaluate(() => {
      const { portavoz } = /** @type {any} */ (window);
      return [Object.keys(portavoz), Object.isFrozen(portavoz)];
    });
    assert.deepEqual(api, [["open", "close", "toggle"], true]);
  }),
);

test(
  "nothing of the host but `portavoz` is new among its globals",
  { elsewhere },
  onHosts(async ({ page }, at) => {
    await page.goto(`${at("plain")}?bare`);
    const before = await page.evaluate(() => Object.getOwnPropertyNames(window));
    await page.goto(at("plain"));
    await launcher(page).waitFor();
    const after = await page.evaluate(() => Object.getOwnPropertyNames(window));
    assert.deepEqual(
      after.filter((name) => !before.includes(name)),
      ["portavoz"],
    );
    assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]), [
      0,
      0,
      "",
    ]);
  }),
);

test(
  "an answer that ends while the panel is closed is announced at the button",
  { elsewhere, before: [heldAnswers] },
  onHosts(async ({ page }, at) => {
    await page.goto(at("plain"));
    await launcher(page).click();
    const frame = /** @type {any} */ (await chatFrame(page));
    await beginAnswer(frame, QUESTION);
    await launcher(page).click();
    assert.ok(!(await isOpen(page)));
    await frame.evaluate(() => /** @type {any} */ (window).releaseAnswer());
    await page.locator('portavoz-widget button[aria-label$="(1)"]').waitFor();
    await picture(page, "unread");
    await launcher(page).click();
    assert.equal(await launcher(page).getAttribute("aria-label"), "Chat · María Ansorena Vidal");
  }),
);

test(
  "a running answer is stopped by the first Escape, the panel closed by the second",
  { elsewhere, before: [heldAnswers] },
  onHosts(async ({ page }, at) => {
    await page.goto(at("plain"));
    await launcher(page).click();
    const frame = /** @type {any} */ (await chatFrame(page));
    await beginAnswer(frame, QUESTION);
    await page.keyboard.press("Escape");
    await frame.locator("#stop").waitFor({ state: "hidden" });
    assert.ok(await isOpen(page));
    await page.keyboard.press("Escape");
    await launcher(page).and(page.locator("[aria-expanded=false]")).waitFor();
  }),
);

test(
  "what a visitor downloads is small: loader, frame and all that is in it",
  { elsewhere },
  onHosts(async ({ page, base }, at) => {
    /** @type {Promise<[string, number]>[]} */
    const sizes = [];
    page.on("response", (response) => {
      const { origin, pathname } = new URL(response.url());
      if (origin === base) sizes.push(travelled(response).then((size) => [pathname, size]));
    });
    await page.goto(at("plain"));
    await launcher(page).click();
    await chatFrame(page);
    await page.waitForLoadState("networkidle");
    const downloaded = await Promise.all(sizes);
    const total = downloaded.reduce((sum, [, size]) => sum + size, 0);
    const list = downloaded.map(([path, size]) => `${size} ${path}`).join(", ");
    const loader = downloaded.find(([path]) => path === "/widget.js")?.[1] ?? Infinity;
    assert.ok(loader <= 4 * 1024, list);
    assert.ok(total <= 15 * 1024, `${total} bytes: ${list}`);
    console.log(`    ${total} bytes: ${list}`);
    // In every other language too.
    const spanish = downloaded.find(([path]) => path === "/widget")?.[1] ?? 0;
    for (const language of ["en", "pt", "fr", "de", "it", "ca"]) {
      const { headers } = await fetch(`${base}/widget?language=${language}`, { headers: { "accept-encoding": "gzip" } });
      const size = Number(headers.get("content-length"));
      assert.ok(size > 0 && total - spanish + size <= 15 * 1024, `${language}: ${size}`);
    }
  }),
);

test(
  "Escape closes what is open inside before it closes the panel, and the language is changed inside",
  { elsewhere },
  onHosts(async ({ page }, at) => {
    await page.goto(at("plain"));
    await launcher(page).click();
    let frame = await chatFrame(page);
    await frame.locator("#open-menu").click();
    await picture(page, "menu");
    await page.keyboard.press("Escape");
    await frame.locator("#menu").waitFor({ state: "hidden" });
    await frame.locator("#open-menu").click();
    await frame.locator("#write").click();
    await frame.locator("#letter").waitFor();
    await page.keyboard.press("Escape");
    await frame.locator("#letter").waitFor({ state: "hidden" });
    assert.ok(await isOpen(page));

    await frame.locator("#open-menu").click();
    await frame.locator(".tongues a[lang=de]").click();
    await frame.waitForURL(/language=de/);
    frame = await chatFrame(page);
    assert.equal(await frame.locator("html").getAttribute("lang"), "de");
    await frame.locator("#message").focus();
    await page.keyboard.press("Escape");
    await launcher(page).and(page.locator("[aria-expanded=false]")).waitFor();
  }),
);

// The widget where it cannot work: every visitor still finds the chat, and every owner of a site reads what to do.

import assert from "node:assert/strict";

import { assertAccessible } from "./accessibility.mjs";
import { HOST_ADDRESSES, isOpen, launcher, onHosts, panel } from "./embedded.mjs";
import { test } from "./harness.mjs";

const elsewhere = HOST_ADDRESSES;

/**
 * What is said on the console.
 *
 * @param {import("playwright-core").Page} page
 */
function warnings(page) {
  /** @type {string[]} */
  const heard = [];
  page.on("console", (message) => void (message.type() === "warning" && heard.push(message.text())));
  return heard;
}

test(
  "a site that is not allowed shows its visitors the way and its owner the line to write",
  {
    elsewhere,
    axe: true,
    expected: [/status of 403/, /portavoz: add/],
  },
  onHosts(async ({ page, context, base }, at) => {
    const heard = warnings(page);
    const { origin } = new URL(at("plain", "portfolio.example"));
    await page.goto(at("plain", "portfolio.example"));
    await launcher(page).click();
    await page.locator("portavoz-widget .ready").waitFor({ state: "attached" });
    const frame = page.frameLocator("portavoz-widget iframe");
    assert.match(await frame.locator("pre").innerText(), new RegExp(`allowed_origins = \\["${origin}"\\]`));
    assert.ok(
      heard.some((line) => line.includes(`add "${origin}" to allowed_origins`)),
      heard.join(),
    );
    assert.equal(await frame.locator("#composer").count(), 0);
    await assertAccessible(page, "refused");
    const refusal = page.frames().at(-1);
    assert.ok(refusal && refusal !== page.mainFrame());
    await assertAccessible(refusal, "in the frame");
    await page.screenshot({ path: new URL("../../target/screenshots/widget-refused.png", import.meta.url).pathname });
    const [chat] = await Promise.all([context.waitForEvent("page"), frame.locator("a.open").click()]);
    await chat.waitForURL(`${base}/`);
  }),
);

test(
  "a host that lies about its origin gets no chat: the browser enforces the list",
  {
    elsewhere,
    expected: [/frame-ancestors/, /portavoz: /, /Failed to load/],
  },
  onHosts(async ({ page, base }, at) => {
    await page.goto(at("plain", "portfolio.example"));
    await launcher(page).waitFor();
    await page.evaluate(
      (address) => {
        document.body.append(Object.assign(document.createElement("iframe"), { src: address, id: "liar" }));
      },
      `${base}/widget?host=${encodeURIComponent(base)}`,
    );
    await page.waitForFunction(() => document.querySelector("#liar"));
    await page.waitForLoadState("networkidle");
    assert.equal(await page.frameLocator("#liar").locator("#composer").count(), 0);
  }),
);

test(
  "a policy that forbids the frame is said at once, with a link to the chat and the words to add",
  {
    elsewhere,
    axe: true,
    expected: [/policy/i, /portavoz: .*frame-src/],
  },
  onHosts(async ({ page, base }, at) => {
    const heard = warnings(page);
    await page.goto(at("blocking"));
    await launcher(page).click();
    const way = panel(page).locator("a");
    await way.waitFor();
    assert.equal(await way.getAttribute("href"), `${base}/`);
    assert.equal(await way.getAttribute("target"), "_blank");
    assert.ok(
      heard.some((line) => line.includes(`frame-src ${base}`)),
      heard.join(),
    );
    await assertAccessible(page, "blocked");
    await page.screenshot({ path: new URL("../../target/screenshots/widget-blocked.png", import.meta.url).pathname });
    await page.keyboard.press("Escape");
    assert.ok(!(await isOpen(page)));
  }),
);

test(
  "a server that does not answer is not waited for longer than eight seconds",
  {
    elsewhere,
    expected: [/portavoz: /, /Failed to load/],
  },
  onHosts(async ({ page }, at) => {
    await page.clock.install();
    await page.route("**/widget?*", () => undefined);
    await page.goto(at("plain"));
    await launcher(page).click();
    assert.ok(!(await panel(page).locator("a").isVisible()));
    await page.clock.fastForward(8_100);
    await panel(page).locator("a").waitFor();
  }),
);

test(
  "messages of anybody but the frame move nothing",
  { elsewhere },
  onHosts(async ({ page }, at) => {
    await page.goto(at("plain"));
    await launcher(page).click();
    await page.locator("portavoz-widget .ready").waitFor({ state: "attached" });
    await page.evaluate(async () => {
      for (const type of ["close", "answered", "refused", "ready"]) window.postMessage({ portavoz: 1, type }, "*");
      for (const message of [null, 7, "close", { portavoz: 2, type: "close" }, { type: "close" }])
        window.postMessage(message, "*");
      await new Promise((heard) => setTimeout(heard, 50));
    });
    assert.ok(await isOpen(page));
    // A newer frame may say what this loader does not know.
    const frame = page.frames().find((each) => each.url().includes("/widget?"));
    await frame?.evaluate((host) => {
      for (const message of [{ portavoz: 2, type: "close" }, { portavoz: 1, type: "dance" }, { portavoz: 1 }, null]) {
        parent.postMessage(message, host);
      }
    }, new URL(page.url()).origin);
    await page.evaluate(() => new Promise((heard) => setTimeout(heard, 50)));
    assert.ok(await isOpen(page));
  }),
);

test(
  "without JavaScript a link leads to the chat",
  { elsewhere },
  onHosts(async ({ context, base }, at) => {
    const still = await context.browser()?.newContext({ javaScriptEnabled: false });
    assert.ok(still);
    try {
      const page = await still.newPage();
      await page.goto(at("plain"));
      await page.locator("noscript a").click();
      assert.equal(page.url(), `${base}/`);
    } finally {
      await still.close();
    }
  }),
);

// The dashboard's page on which the owner chooses how the widget looks, with the real widget on it.

import assert from "node:assert/strict";

import { enter } from "./dashboard.mjs";
import { test } from "./harness.mjs";

test("the owner sees the widget as it will be, and copies the lines", async (stage) => {
  const { page, context, base } = stage;
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: base });
  await enter(stage);
  await page.goto("/admin/appearance");
  await page.locator("#colour").fill("#a01060");
  await page.locator("#position").selectOption("left");
  await page.locator("#language").selectOption("en");
  await page.locator("#greeting").fill("Ask me about María.");
  await page.locator(".filters button").click();
  await page.waitForURL(/colour=%23a01060/);

  const preview = page.frameLocator("iframe.preview");
  const launcher = preview.locator("portavoz-widget button");
  await launcher.waitFor();
  assert.equal(await launcher.evaluate((button) => getComputedStyle(button).backgroundColor), "rgb(160, 16, 96)");
  const chat = preview.frameLocator("portavoz-widget iframe");
  await chat.locator("#message").waitFor();
  assert.equal(await chat.locator(".greeting").innerText(), "Ask me about María.");
  assert.equal(await chat.locator("html").getAttribute("lang"), "en");
  assert.equal(await page.evaluate(() => document.activeElement?.tagName), "BODY", "the preview takes no focus");

  const copy = page.locator("[data-copies=snippet]");
  await copy.click();
  await page.locator("[data-copies=snippet]", { hasText: "Copiado" }).waitFor();
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  assert.ok(copied.startsWith(`<script src="${base}/widget.js" async data-colour="#a01060"`), copied);
});

test("without scripts the owner still chooses, reads the lines and sees who may embed", async (stage) => {
  const { page, context, base } = stage;
  await enter(stage);
  await page.goto("/admin/appearance");
  const still = await context.browser()?.newContext({ javaScriptEnabled: false, locale: "es-ES" });
  assert.ok(still);
  try {
    await still.addCookies(await context.cookies(`${base}/admin`));
    const plain = await still.newPage();
    await plain.goto(`${base}/admin/appearance`);
    await plain.locator("#greeting").fill("Hola");
    await plain.locator(".filters button").click();
    assert.match(await plain.locator("#snippet").innerText(), /data-greeting="Hola"/);
    assert.match(await plain.locator("#lines").innerText(), /greeting = "Hola"/);
    assert.equal(await plain.locator(".copy:visible").count(), 0, "no button that does nothing");
    assert.match(await plain.locator(".origins").innerText(), new RegExp(base));
  } finally {
    await still.close();
  }
});

// The chat page before anything is asked: what it is made of and what it is sent with.

import assert from "node:assert/strict";

import { test } from "./harness.mjs";
import { field, openChat } from "./visitor.mjs";

test("the page loads, greets and offers three questions", async ({ page }) => {
  await openChat(page);
  assert.match(await page.title(), /María/);
  assert.match(await page.locator("h1").innerText(), /María/);
  assert.ok((await page.locator(".greeting").innerText()).length > 20);
  assert.equal(await page.locator(".suggestion").count(), 3);
  assert.ok(await page.locator("#notice").isVisible(), "that a machine answers is always said");
});

test("the page holds no inline script, style or event attribute", async ({ page }) => {
  await openChat(page);
  assert.equal(await page.locator("script:not([src]), style, [style]:not(textarea)").count(), 0);
  const attributes = await page.evaluate(() =>
    [...document.querySelectorAll("*")].flatMap((element) => element.getAttributeNames()),
  );
  assert.deepEqual(
    attributes.filter((name) => name.startsWith("on")),
    [],
  );
});

test("every page is sent with a policy that allows only its own scripts and styles", async ({ page }) => {
  for (const path of ["/", "/docs", "/source?document=faq.md", "/nothing-is-here", "/assets/chat.js"]) {
    const headers = (await page.request.get(path)).headers();
    const policy = new Map(
      (headers["content-security-policy"] ?? "").split(";").map((rule) => {
        const [name, ...sources] = rule.trim().split(/\s+/);
        return [name ?? "", sources.join(" ")];
      }),
    );
    assert.equal(policy.get("default-src"), "'none'", path);
    assert.equal(policy.get("base-uri"), "'none'", path);
    assert.ok(policy.has("frame-ancestors"), path);
    assert.ok(policy.has("form-action"), path);
    for (const [name, sources] of policy) {
      assert.doesNotMatch(sources, /unsafe|\*|https?:/, `${path}: ${name} ${sources}`);
    }
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.ok(headers["referrer-policy"], path);
  }
});

test(
  "the policy is in force: a script that somebody slips into the page does not run",
  { expected: [/policy/i] },
  async ({ page }) => {
    await openChat(page);
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "document.title = 'slipped in'";
      document.body.append(script);
    });
    assert.notEqual(await page.title(), "slipped in");
  },
);

test("nothing is kept in cookies", async ({ page, context }) => {
  await openChat(page);
  await page.locator(".suggestion").first().click();
  await page.locator(".turn.answer").waitFor();
  assert.deepEqual(await context.cookies(), []);
});

for (const [language, expected] of [
  ["es-ES", "es"],
  ["en-US", "en"],
  ["de-AT", "de"],
  ["ca", "ca"],
  ["pt-BR", "pt"],
  ["fr", "fr"],
  ["it", "it"],
  ["ja", "es"],
]) {
  test(`a browser that prefers ${language} gets the page in ${expected}`, { language }, async ({ page }) => {
    await openChat(page);
    assert.equal(await page.locator("html").getAttribute("lang"), expected);
    assert.ok(await field(page).getAttribute("placeholder"));
    // A name that was not filled in, or a string that is missing, would show.
    assert.doesNotMatch(await page.locator("body").innerText(), /\{|\}|undefined|null/);
  });
}

test("the page asks for its scripts and styles by version, so that they may be kept", async ({ page }) => {
  /** @type {Map<string, Record<string, string>>} */
  const assets = new Map();
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (pathname.startsWith("/assets/")) assets.set(pathname, response.headers());
  });
  await openChat(page);
  assert.ok([...assets.keys()].some((path) => path.endsWith("/chat.js")));
  for (const [path, headers] of assets) {
    assert.match(path, /^\/assets\/[0-9a-f]{12}\//);
    assert.match(headers["cache-control"] ?? "", /immutable/, path);
    assert.equal(headers["content-encoding"], "gzip", path);
  }
  // Without the version, or with another release's, nothing is kept without asking.
  for (const path of ["/assets/chat.js", "/assets/000000000000/chat.js"]) {
    const response = await page.request.get(path);
    assert.equal(response.headers()["cache-control"], "no-cache", path);
    const again = await page.request.get(path, { headers: { "if-none-match": response.headers().etag ?? "" } });
    assert.equal(again.status(), 304, path);
  }
});

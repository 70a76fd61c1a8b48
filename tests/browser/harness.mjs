// Runs tests of the pages in a real browser: registers them, gives each its own fresh browser context, and watches
// what happens in it. Knows nothing of portavoz beyond its address.
//
// A test fails if its body throws, and also if anything it did not announce goes wrong around it: an error or warning
// on the console, an uncaught exception, a breach of the content security policy, a dialog, or a request to another
// origin. To add one more test: 1. `test("what holds", body)` in the file of its subject; 2. for a new file, its line
// in `run.mjs`.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

/** Debian's name for it; where it has another one, the variable says which. */
export const CHROMIUM =
  process.env.PORTAVOZ_CHROMIUM ??
  (process.env.PATH ?? "")
    .split(delimiter)
    .map((folder) => join(folder, "chromium"))
    .find(existsSync) ??
  "/usr/bin/chromium";

/** The browser talks to nobody of its own accord. */
export const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // A site's name that is not this machine's own, and still leads here.
  "--host-resolver-rules=MAP portfolio.example 127.0.0.1",
];

/** Much longer than anything here takes, on a busy machine too: it only ends what would never end. */
const STEP_TIMEOUT_MS = 20_000;
const TEST_TIMEOUT_MS = 90_000;

/**
 * @typedef {object} Options
 * @property {string} [language] what the browser says it prefers; Spanish if absent
 * @property {"light" | "dark"} [scheme]
 * @property {{ width: number, height: number }} [size]
 * @property {RegExp[]} [expected] console messages that the test provokes on purpose
 * @property {Function[]} [before] functions that run in every page before its own scripts
 * @property {RegExp} [elsewhere] addresses of other origins that the test itself serves
 * @property {boolean} [axe] whether `axe` is there in every page
 *
 * @typedef {object} Stage
 * @property {import("playwright-core").Page} page
 * @property {import("playwright-core").BrowserContext} context
 * @property {string} base the server's address, without a slash at its end
 *
 * @typedef {{ name: string, options: Options, body: (stage: Stage) => Promise<void> }} Test
 */

/** @type {Test[]} */
const tests = [];

/**
 * Registers a test; its name is the sentence that holds if it passes.
 *
 * @param {string} name
 * @param {Options | Test["body"]} options
 * @param {Test["body"]} [body]
 */
export function test(name, options, body) {
  if (typeof options === "function") tests.push({ name, options: {}, body: options });
  else if (body) tests.push({ name, options, body });
}

/**
 * Runs every test whose name contains `wanted`, one after the other, and reports each.
 *
 * @param {string} base
 * @param {string} wanted
 * @param {(name: string, failure: unknown) => void} report `failure` is `null` if the test passed
 */
export async function runTests(base, wanted, report) {
  // Playwright makes a fresh profile folder for every launch and removes it at the end.
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  try {
    for (const each of tests.filter(({ name }) => name.includes(wanted))) {
      report(each.name, await failureOf(browser, base, each));
    }
  } finally {
    await browser.close();
  }
}

/**
 * @param {import("playwright-core").Browser} browser
 * @param {string} base
 * @param {Test} test
 * @returns {Promise<unknown>}
 */
async function failureOf(browser, base, { options, body }) {
  const context = await browser.newContext({
    baseURL: base,
    locale: options.language ?? "es-ES",
    colorScheme: options.scheme ?? "light",
    viewport: options.size ?? { width: 1280, height: 800 },
    // Nothing waits for the end of a movement.
    reducedMotion: "reduce",
  });
  context.setDefaultTimeout(STEP_TIMEOUT_MS);
  const complaints = await watch(context, base, options);
  for (const script of options.before ?? []) await context.addInitScript(`(${script})();`);
  // As an initial script, which the page's policy does not forbid.
  if (options.axe) await context.addInitScript({ path: createRequire(import.meta.url).resolve("axe-core/axe.min.js") });
  try {
    const page = await context.newPage();
    await inTime(body({ page, context, base }));
    return complaints.length > 0 ? new Error(complaints.join("\n")) : null;
  } catch (failure) {
    // What went wrong in the page is often why the test failed.
    if (failure instanceof Error && complaints.length > 0) failure.message += `\n${complaints.join("\n")}`;
    return failure;
  } finally {
    await context.close();
  }
}

/**
 * The list to which everything unexpected in `context` is added as it happens.
 *
 * @param {import("playwright-core").BrowserContext} context
 * @param {string} base
 * @param {Options} options
 */
async function watch(context, base, { expected = [], elsewhere }) {
  /** @type {string[]} */
  const complaints = [];
  /** @param {string} words */
  const complain = (words) => {
    if (!expected.some((pattern) => pattern.test(words))) complaints.push(words);
  };
  context.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complain(`console ${message.type()}: ${message.text()}`);
  });
  context.on("weberror", (error) => complain(`uncaught: ${error.error().message}`));
  context.on("dialog", (dialog) => {
    complain(`a dialog opened: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on("request", (request) => {
    const url = request.url();
    if (new URL(url).origin !== base && !elsewhere?.test(url)) complain(`a request left for ${url}`);
  });
  await context.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (breach) => {
      console.error(`breach of the policy: ${breach.effectiveDirective} ${breach.blockedURI} ${breach.sample}`);
    });
  });
  return complaints;
}

/** @param {Promise<void>} running */
async function inTime(running) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not finished after ${TEST_TIMEOUT_MS / 1000} s`)), TEST_TIMEOUT_MS);
  });
  try {
    await Promise.race([running, late]);
  } finally {
    clearTimeout(timer);
  }
}

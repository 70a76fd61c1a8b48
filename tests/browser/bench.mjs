// `cargo xtask bench pages`: medians of what pages cost a visitor who was never here, at `PORTAVOZ_URL`. `--json` for
// programs.

import { chromium } from "playwright-core";

import { CHROMIUM, FLAGS } from "./harness.mjs";
import { vitalsOf, watchVitals } from "./vitals.mjs";

/** Odd, so that the median is one of them. */
const LOADS = 9;

/** @typedef {import("./vitals.mjs").Vitals} Vitals */

const base = process.env.PORTAVOZ_URL ?? "http://127.0.0.1:8080";
const token = process.env.PORTAVOZ_ADMIN_TOKEN ?? "";
const PAGES = { "chat page": "/", "widget frame": "/widget", dashboard: "/admin?period=week" };
const COLUMNS = /** @type {const} */ ([
  ["first_paint_ms", "first paint", " ms", 0],
  ["largest_paint_ms", "largest paint", " ms", 0],
  ["shift", "layout shift", "", 3],
  ["requests", "requests", "", 0],
  ["bytes", "downloaded", " bytes", 0],
]);

/** The cookie of one session: logging in is throttled. @type {any[] | undefined} */
let cookies;

const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
/** @type {Record<string, Vitals>} */
const figures = {};
try {
  // The server's first answer of each page is nobody's usual one.
  for (const path of Object.values(PAGES)) await load(path);
  for (const [name, path] of Object.entries(PAGES)) {
    /** @type {Vitals[]} */
    const loads = [];
    for (let count = 0; count < LOADS; count += 1) loads.push(await load(path));
    figures[name] = medians(loads);
  }
} finally {
  await browser.close();
}
if (process.argv.includes("--json")) console.log(JSON.stringify({ loads: LOADS, pages: figures }, null, 2));
else print();

/**
 * One load with nothing in the cache.
 *
 * @param {string} path
 */
async function load(path) {
  const context = await browser.newContext({ baseURL: base, locale: "es-ES" });
  try {
    if (path.startsWith("/admin")) await logIn(context);
    await context.addInitScript(`(${watchVitals})();`);
    return await vitalsOf(await context.newPage(), path);
  } finally {
    await context.close();
  }
}

/** @param {import("playwright-core").BrowserContext} context */
async function logIn(context) {
  if (cookies) return void (await context.addCookies(cookies));
  const response = await context.request.post("/admin/login", { form: { token }, headers: { origin: base } });
  if (!response.ok()) throw new Error(`the dashboard is not open to this token (${response.status()})`);
  cookies = await context.cookies(`${base}/admin`);
}

/** @param {Vitals[]} loads */
function medians(loads) {
  const middle = (/** @type {number[]} */ values) => values.sort((one, other) => one - other)[(LOADS - 1) / 2] ?? NaN;
  return /** @type {Vitals} */ (
    Object.fromEntries(COLUMNS.map(([key]) => [key, middle(loads.map((vitals) => vitals[key]))]))
  );
}

function print() {
  console.log(`pages (median of ${LOADS} loads with an empty cache)`);
  for (const [name, vitals] of Object.entries(figures)) {
    const parts = COLUMNS.map(([key, words, unit, digits]) => `${words} ${vitals[key].toFixed(digits)}${unit}`);
    console.log(`  ${name.padEnd(14)} ${parts.join(", ")}`);
  }
}

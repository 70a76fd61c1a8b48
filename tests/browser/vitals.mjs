// What a page costs a visitor: when something shows, what moves afterwards, what is asked for and how much comes.

/**
 * @typedef {object} Vitals
 * @property {number} first_paint_ms first contentful paint
 * @property {number} largest_paint_ms largest contentful paint
 * @property {number} shift cumulative layout shift, of all shifts that no input excuses
 * @property {number} requests
 * @property {number} bytes of bodies, as they travelled
 */

/** For `before`: adds up what moves, and notes when the largest part was painted. */
export function watchVitals() {
  const seen = /** @type {any} */ (window);
  seen.shift = 0;
  seen.largest = 0;
  seen.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of /** @type {any[]} */ (list.getEntries())) {
      if (entry.hadRecentInput) continue;
      seen.shift += entry.value;
      seen.shifts.push(entry.sources.map((/** @type {any} */ source) => source.node?.outerHTML?.slice(0, 120)));
    }
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) seen.largest = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
}

/**
 * What has moved so far, and what it was.
 *
 * @param {import("playwright-core").Page} page
 * @returns {Promise<{ shift: number, shifts: string[][] }>}
 */
export function moved(page) {
  return page.evaluate(async () => {
    // An observer hears of a frame after it was drawn.
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(drawn, 50))));
    const { shift, shifts } = /** @type {any} */ (window);
    return { shift, shifts };
  });
}

/**
 * Loads a page in which `watchVitals` runs, and says what it cost.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} address
 * @returns {Promise<Vitals>}
 */
export async function vitalsOf(page, address) {
  /** @type {Promise<number>[]} */
  const sizes = [];
  page.on("response", (response) => void sizes.push(travelled(response)));
  await page.goto(address);
  await page.waitForLoadState("networkidle");
  const { shift } = await moved(page);
  const [first, largest] = await page.evaluate(() => [
    performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN,
    /** @type {any} */ (window).largest,
  ]);
  const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  return { first_paint_ms: first, largest_paint_ms: largest, shift, requests: sizes.length, bytes };
}

/**
 * Bytes of a response's body as they travelled: compressed, and none of what the browser had already.
 *
 * @param {import("playwright-core").Response} response
 */
export async function travelled(response) {
  return Number((await response.allHeaders())["content-length"] ?? 0);
}

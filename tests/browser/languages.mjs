// The chat page in its seven languages and in every state that it can be in: all words are the language's own, nothing
// is cut on the smallest phone, and axe finds nothing. Pictures of the states are left in `target/screenshots/`.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

import { assertAccessible, assertFits } from "./accessibility.mjs";
import { test } from "./harness.mjs";
import {
  ask,
  askBySuggestion,
  buttonsOf,
  field,
  kept,
  openChat,
  openLetter,
  openMenu,
  picture,
  questions,
  settledAnswer,
} from "./visitor.mjs";

/** @typedef {import("playwright-core").Page} Page */

const PHONE = { width: 320, height: 568 };
const DESK = { width: 1280, height: 800 };
/** What the page says on the console when it is refused. */
const expected = [/Failed to load resource/, /portavoz: /];

/** A question that the documents do not answer, in each language. @type {Record<string, string>} */
const UNKNOWN = {
  es: "¿Ha trabajado María con COBOL?",
  en: "Has María worked with COBOL?",
  pt: "A María já trabalhou com COBOL?",
  fr: "María a-t-elle travaillé avec COBOL ?",
  de: "Hat María mit COBOL gearbeitet?",
  it: "María ha lavorato con COBOL?",
  ca: "La María ha treballat amb COBOL?",
};

/** @type {Record<string, Record<string, string>>} */
const WORDS = JSON.parse(await readFile(new URL("../../crates/server/templates/ui.json", import.meta.url), "utf8"));

/**
 * Leads the page through all its states and calls `look` in each.
 *
 * @param {{ page: Page, context: import("playwright-core").BrowserContext }} stage
 * @param {string} language
 * @param {(state: string) => Promise<void>} look
 */
async function throughAllStates({ page, context }, language, look) {
  await look("empty");
  await openMenu(page);
  await look("menu");
  await page.keyboard.press("Escape");
  const known = await askBySuggestion(page, 0);
  const { up, down } = buttonsOf(known);
  await look("answer");
  await up.click();
  await down.click();
  await known.locator(".why").waitFor();
  await look("why");
  await known.locator(".why button").click();
  await known.locator(".meta").waitFor();
  await look("thanked");
  const unknown = await ask(page, UNKNOWN[language] ?? "");
  await look("not-known");
  await unknown.locator("> .quiet").click();
  const letter = page.locator("#letter");
  await letter.waitFor();
  await look("letter");
  await letter.locator("[name=email]").fill("lucia@localhost");
  await letter.locator("form:first-child .primary").click();
  await letter.locator(".problem").waitFor();
  await look("letter-slip");
  await letter.locator("[name=email]").fill("lucia@example.org");
  await letter.locator("form:first-child .primary").click();
  await letter.locator("#letter-sent").waitFor();
  await look("letter-sent");
  await letter.locator(".after button").click();
  await page.route("**/api/chat", (route) => route.abort());
  await field(page).fill("¿?");
  await field(page).press("Enter");
  await settledAnswer(page, 2);
  await look("offline");
  await page.unroute("**/api/chat");
  await openMenu(page);
  await page.locator("#forget").click();
  await page.locator("#sure").waitFor();
  await look("sure");
  await context.setOffline(true);
  await page.locator("#sure .primary").click();
  await page.locator("#log > .problem").waitFor();
  await look("not-forgotten");
  await context.setOffline(false);
  await openMenu(page);
  await page.locator("#forget").click();
  await page.locator("#sure .primary").click();
  await page.locator(".note").waitFor();
  await look("forgotten");
}

/**
 * Everything that the page says or will say: texts, names, hints, strings of its script. Not what the owner or the
 * documents say.
 *
 * @param {Page} page
 */
function allWords(page) {
  return page.evaluate(() => {
    /** @type {string[]} */
    const found = [document.title];
    /** @param {Node} root */
    const collect = (root) => {
      const nodes = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
      for (let node = nodes.nextNode(); node; node = nodes.nextNode()) {
        if (node instanceof HTMLTemplateElement) collect(node.content);
        if (node instanceof Text) {
          const theirs = ".body, .bubble, .source-title, .source-quote, address a, .tongues a";
          if (!node.parentElement?.closest(theirs)) found.push(node.data.trim());
        } else if (node instanceof Element) {
          for (const name of node.getAttributeNames()) {
            if (/^(title|alt|placeholder|aria-label|data-.*)$/.test(name) && !node.matches(".chip")) {
              found.push(node.getAttribute(name) ?? "");
            }
          }
        }
      }
    };
    collect(document.body);
    return [...new Set(found)].filter((words) => /\p{L}/u.test(words));
  });
}

/**
 * Fails with everything whose text does not fit into it, or that cannot be scrolled to.
 *
 * @param {Page} page
 * @param {string} where
 */
async function assertNothingCut(page, where) {
  await assertFits(page, where);
  const cut = await page.evaluate(() => {
    const layer = document.querySelector("dialog[open], :popover-open") ?? document.body;
    const all = layer.querySelectorAll("h1, h2, p, a, button, label, legend, input, textarea, li, address");
    const visible = [...all].filter(
      (element) => element.checkVisibility() && !element.closest(".only-heard, #status, .source-quote"),
    );
    return visible.flatMap((element) => {
      const wide = element.scrollWidth - element.clientWidth;
      const isLine = getComputedStyle(element).display === "inline";
      if (!isLine && wide > 1) return [`${wide} pixels too wide: ${element.outerHTML.slice(0, 120)}`];
      if (element.getBoundingClientRect().left < -1) return [`left of the page: ${element.outerHTML.slice(0, 120)}`];
      if (!element.matches("button, a, input, textarea")) return [];
      element.scrollIntoView({ block: "nearest" });
      const { top, bottom, width, height } = element.getBoundingClientRect();
      const small = !isLine && (width < 24 || height < 24) && !element.matches("[type=radio]");
      if (small) return [`${width} by ${height} pixels to touch: ${element.outerHTML.slice(0, 120)}`];
      return top < -1 || bottom > innerHeight + 1 ? [`out of reach: ${element.outerHTML.slice(0, 120)}`] : [];
    });
  });
  assert.deepEqual(cut, [], where);
}

for (const language of Object.keys(WORDS)) {
  test(
    `every word of every state is in ${language}, and nothing is cut`,
    { language, size: PHONE, expected },
    async (stage) => {
      const { page } = stage;
      const own = WORDS[language] ?? {};
      const named = (/** @type {string} */ words) => words.replaceAll("{name}", "María").replaceAll("{n}", "2000");
      const others = Object.entries(WORDS)
        .filter(([other]) => other !== language)
        .flatMap(([, words]) => Object.values(words).map(named));
      const foreign = new Set(others.filter((words) => !Object.values(own).map(named).includes(words)));
      await openChat(page);
      await throughAllStates(stage, language, async (state) => {
        const where = `${state} in ${language}`;
        assert.equal(await page.locator("html").getAttribute("lang"), language);
        const words = await allWords(page);
        const strange = words.filter((each) => foreign.has(each) || /\{(?!n\})|undefined|\bnull\b/.test(each));
        assert.deepEqual(strange, [], where);
        assert.doesNotMatch(await page.locator("body").innerText(), /\{|\}/, where);
        await assertNothingCut(page, where);
        await picture(page, `chat-${language}-${state}`);
      });
    },
  );

  test(`the menu changes the page to ${language}, and the conversation stays`, async ({ page }) => {
    await openChat(page);
    await ask(page, UNKNOWN.es ?? "");
    const before = await kept(page);
    await openMenu(page);
    await page.locator(`#menu a[lang=${language}]`).click();
    await page.waitForURL(new RegExp(`language=${language}`));
    const again = await settledAnswer(page, 0);
    assert.equal(await page.locator("html").getAttribute("lang"), language);
    assert.deepEqual(await questions(page).allInnerTexts(), [UNKNOWN.es]);
    assert.deepEqual(await kept(page), before);
    const offer = (WORDS[language]?.leave_question ?? "").replace("{name}", "María");
    assert.equal(await again.locator("> .quiet").innerText(), offer);
    await openMenu(page);
    assert.equal(await page.locator("#menu [aria-current]").getAttribute("lang"), language);
  });
}

for (const scheme of /** @type {const} */ (["light", "dark"])) {
  for (const [name, size] of /** @type {const} */ ([
    ["phone", PHONE],
    ["desk", DESK],
  ])) {
    test(
      `axe finds nothing in any state of the chat page (${name}, ${scheme})`,
      { scheme, size, axe: true, expected },
      async (stage) => {
        await openChat(stage.page);
        await throughAllStates(stage, "es", async (state) => {
          await picture(stage.page, `chat-${name}-${scheme}-${state}`);
          await assertAccessible(stage.page, `${state}, ${name}, ${scheme}`);
        });
      },
    );
  }

  for (const colour of ["ffffff", "000000", "ffee00", "ff0000", "7f7f7f", "0f6b63", "a01060"]) {
    test(`text stays readable in the owner's #${colour} (${scheme})`, { scheme, axe: true }, async ({ page }) => {
      await page.goto(`/?colour=%23${colour}&greeting=${encodeURIComponent("¿Qué quieres saber? <b>De verdad</b>")}`);
      await page.waitForFunction(() => document.activeElement?.id === "message");
      assert.equal(await page.locator(".greeting").innerText(), "¿Qué quieres saber? <b>De verdad</b>");
      const answer = await askBySuggestion(page, 0);
      await buttonsOf(answer).down.click();
      await assertAccessible(page, "an answer");
      await answer.locator(".chip").first().hover();
      await assertAccessible(page, "with the pointer on a source");
      await openLetter(page);
      await picture(page, `chat-colour-${colour}-${scheme}`);
      await assertAccessible(page, "the letter");
      await page.keyboard.press("Escape");
      await openMenu(page);
      await assertAccessible(page, "the menu");
      const german = await page.locator("#menu a[lang=de]").getAttribute("href");
      assert.match(german ?? "", new RegExp(`colour=%23${colour}&greeting=`));
    });
  }
}

test("a phone does not zoom into a field", { size: PHONE }, async ({ page }) => {
  await openChat(page);
  const answer = await askBySuggestion(page, 0);
  await buttonsOf(answer).down.click();
  const sizes = await page.evaluate(() =>
    [...document.querySelectorAll("textarea, input:not([type=radio])")].map((each) =>
      parseFloat(getComputedStyle(each).fontSize),
    ),
  );
  assert.equal(sizes.length, 5);
  assert.ok(Math.min(...sizes) >= 16, sizes.join(" "));
});

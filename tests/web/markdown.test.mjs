// What answers look like: Markdown in, elements out. Hostile answers are tested in a real browser
// (`../browser/hostile.mjs`).

import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./assets.mjs";
import { fakeDocument } from "./dom.mjs";

Object.assign(globalThis, { document: fakeDocument });
const { linkedHosts, renderMarkdown, safeLink } = await load("markdown.js");
for (const host of ["a.example", "b.example", "ansorena.example", "portavoz.example"]) linkedHosts.add(host);

/** Sources 1 and 2 are known. @param {number} index */
function cite(index) {
  if (index > 2) return null;
  const chip = fakeDocument.createElement("chip");
  chip.append(String(index));
  return chip;
}

/** @param {string} text */
function rendered(text) {
  // The attributes of links are the same everywhere, so they are tested once, below.
  return renderMarkdown(text, cite).html.replaceAll(' target="_blank" rel="noopener nofollow"', "");
}

/** @type {[string, string, string][]} */
const CASES = [
  ["a sentence is a paragraph", "Hola.", "<p>Hola.</p>"],
  ["a blank line begins another paragraph", "Uno.\n\n\nDos.", "<p>Uno.</p><p>Dos.</p>"],
  ["a line break is kept", "Uno\nDos", "<p>Uno<br>Dos</p>"],
  ["line ends of all three kinds", "Uno\r\nDos\rTres", "<p>Uno<br>Dos<br>Tres</p>"],
  ["nothing is nothing", "\n \n", ""],
  [
    "bold and italic",
    "**uno** *dos* __tres__ _cuatro_",
    "<p><strong>uno</strong> <em>dos</em> <strong>tres</strong> <em>cuatro</em></p>",
  ],
  ["italic inside bold", "**uno *dos* tres**", "<p><strong>uno <em>dos</em> tres</strong></p>"],
  ["names with underscores stay names", "snake_case_name y a__b__c", "<p>snake_case_name y a__b__c</p>"],
  ["a multiplication is not italic", "2 * 3 * 4", "<p>2 * 3 * 4</p>"],
  ["marks that are not closed stay", "**uno *dos _tres `cuatro", "<p>**uno *dos _tres `cuatro</p>"],
  ["code shows its marks", "`**x** [1]`", "<p><code>**x** [1]</code></p>"],
  ["an escaped mark is the mark", "\\*uno\\* \\[1\\]", "<p>*uno* [1]</p>"],
  ["a citation of a known source is a chip that stays with its word", "Así [1].", "<p>Así\u00a0<chip>1</chip>.</p>"],
  [
    "several citations side by side",
    "Así [1][2] y [1, 2].",
    "<p>Así\u00a0<chip>1</chip><chip>2</chip> y\u00a0<chip>1</chip><chip>2</chip>.</p>",
  ],
  ["a citation of an unknown source stays text", "Así [3].", "<p>Así\u00a0[3].</p>"],
  ["a citation inside bold", "**Así [2]**", "<p><strong>Así\u00a0<chip>2</chip></strong></p>"],
  ["a year in brackets is no citation", "En [2024].", "<p>En [2024].</p>"],
  ["a list", "- uno\n- dos [1]", "<ul><li>uno</li><li>dos\u00a0<chip>1</chip></li></ul>"],
  ["all three kinds of bullets", "* uno\n* dos\n\n• tres", "<ul><li>uno</li><li>dos</li></ul><ul><li>tres</li></ul>"],
  [
    "a list inside a list",
    "- uno\n  - dos\n    - tres\n- cuatro",
    "<ul><li>uno<ul><li>dos<ul><li>tres</li></ul></li></ul></li><li>cuatro</li></ul>",
  ],
  ["a numbered list", "1. uno\n2) dos", "<ol><li>uno</li><li>dos</li></ol>"],
  ["a numbered list that begins later", "3. tres\n4. cuatro", '<ol start="3"><li>tres</li><li>cuatro</li></ol>'],
  ["an item that goes on in the next line", "- uno\n  y más\n- dos", "<ul><li>uno y más</li><li>dos</li></ul>"],
  ["a list right after a sentence", "Así:\n- uno", "<p>Así:</p><ul><li>uno</li></ul>"],
  [
    "a heading is a strong line, since the page has its own headings",
    "## Uno *dos*\nTexto",
    "<p><strong>Uno <em>dos</em></strong></p><p>Texto</p>",
  ],
  ["a hash without a space is no heading", "#uno", "<p>#uno</p>"],
  [
    "a quotation",
    "> uno\n> dos [1]\n\ntres",
    "<blockquote><p>uno<br>dos\u00a0<chip>1</chip></p></blockquote><p>tres</p>",
  ],
  [
    "a block of code",
    "```py\nx < **y**\n\n[1]\n```\nfin",
    '<pre tabindex="0"><code>x &#60; **y**\n\n[1]</code></pre><p>fin</p>',
  ],
  ["a block of code that is still being written", "```\nx", '<pre tabindex="0"><code>x</code></pre>'],
  ["a link", "[web](https://a.example/x?y=1#z)", '<p><a href="https://a.example/x?y=1#z">web</a></p>'],
  [
    "a link with brackets in its address",
    "[w](https://a.example/x_(y))",
    '<p><a href="https://a.example/x_(y)">w</a></p>',
  ],
  [
    "a bare address, without the full stop after it",
    "Ver https://a.example/x.",
    '<p>Ver <a href="https://a.example/x">https://a.example/x</a>.</p>',
  ],
  ["a bare address in brackets", "(https://a.example)", '<p>(<a href="https://a.example/">https://a.example</a>)</p>'],
  [
    "an e-mail address",
    "a hola@ansorena.example.",
    '<p>a <a href="mailto:hola@ansorena.example">hola@ansorena.example</a>.</p>',
  ],
  ["a link to anything else is its text", "[pulsa](javascript:alert(1))", "<p>pulsa</p>"],
  ["an image is its description", "![logo](https://a.example/x.png)", "<p>logo</p>"],
  ["markup is text", "<b>x</b> &amp; <img src=x>", "<p>&#60;b&#62;x&#60;/b&#62; &#38;amp; &#60;img src=x&#62;</p>"],
  ["a table stays as it is written", "| a | b |\n|---|---|", "<p>| a | b |<br>|---|---|</p>"],
];

for (const [name, text, expected] of CASES) {
  test(name, () => assert.equal(rendered(text), expected));
}

test("an answer can be drawn at every moment of its writing, and nothing of it is lost", () => {
  const whole = CASES.map(([, text]) => text).join("\n\n");
  for (let end = 0; end <= whole.length; end += 1) {
    assert.equal(typeof rendered(whole.slice(0, end)), "string");
  }
  const words = renderMarkdown(whole, cite).textContent;
  for (const word of ["Hola", "cuatro", "snake_case_name", "ansorena", "pulsa", "logo"])
    assert.ok(words.includes(word), word);
});

test("links open elsewhere and tell nobody where they were", () => {
  const link = safeLink("https://a.example/");
  assert.deepEqual(Object.fromEntries(link.attributes), {
    href: "https://a.example/",
    target: "_blank",
    rel: "noopener nofollow",
  });
  assert.equal(safeLink("mailto:a@b.example").attributes.get("target"), undefined);
});

test("an address leads to a page or a mailbox, or nowhere", () => {
  for (const address of ["/source?document=cv#place", "https://a.example", "http://a.example", "mailto:a@b.example"]) {
    assert.ok(safeLink(address), address);
  }
  for (const address of [
    "javascript:x",
    "JAVASCRIPT:x",
    " javascript:x",
    "java\nscript:x",
    "data:text/html,x",
    "blob:x",
    "file:///etc/passwd",
    "vbscript:x",
    "http://",
    "https://[",
    "ftp://a.example",
    "tel:1",
    // Places that nobody named.
    "https://c.example",
    "https://a.example.c.example",
    "https://a.example:81",
    "https://x@a.example",
    "//c.example/x",
    "mailto:a@c.example",
    "mailto:a@b.example?body=x",
    "mailto:a@b.example,c@c.example",
    "mailto:a@c.example%40b.example",
  ]) {
    assert.equal(safeLink(address), null, address);
  }
});

/** @type {[string, string][]} */
const ENDLESS = [
  ["stars", "*".repeat(20_000)],
  ["bold that never ends", "**a ".repeat(6_000)],
  ["underscores", "_a ".repeat(6_000)],
  ["brackets", "[".repeat(20_000)],
  ["half links", "[a](".repeat(5_000)],
  ["brackets in an address", `[a](${"(".repeat(20_000)}`],
  ["pairs of brackets in an address", `[a](${"()".repeat(10_000)}`],
  ["at signs", "a@".repeat(8_000)],
  ["dots of an address", `a@${"b.".repeat(8_000)}`],
  ["dots of a bare address", `https://${".".repeat(20_000)}`],
  ["backticks", "`".repeat(20_000)],
  ["items", "- a\n".repeat(5_000)],
  ["items, each inside the last", Array.from({ length: 3_000 }, (_, depth) => `${" ".repeat(depth)}- x`).join("\n")],
  ["quotations, each inside the last", ">".repeat(20_000)],
  ["bold inside bold", `${"**a *b ".repeat(3_000)}${"* **".repeat(3_000)}`],
];

for (const [name, text] of ENDLESS) {
  // Were the time not in proportion to the length, these would not end within the runner's patience.
  test(`a long answer of ${name} is drawn`, { timeout: 60_000 }, () => {
    assert.equal(typeof rendered(text), "string");
  });
}

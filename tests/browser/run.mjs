// Everything that is tested of the pages: types of their scripts, unit tests (`../web`), and the pages themselves in a
// real browser against a running portavoz.
//
// `PORTAVOZ_URL` is the address of a server on the demo portfolio with no model behind it and no rate limit, and
// `PORTAVOZ_ADMIN_TOKEN` its owner's token; `cargo xtask test` starts one. Arguments choose tests by a part of their names. Prints one line per test and ends with
// `N passed, N failed`; exits with 1 if one failed.

import { execFile } from "node:child_process";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { runTests } from "./harness.mjs";

import "./page.mjs";
import "./answers.mjs";
import "./conversations.mjs";
import "./reply.mjs";
import "./letter.mjs";
import "./languages.mjs";
import "./trouble.mjs";
import "./sources.mjs";
import "./hostile.mjs";
import "./marks.mjs";
import "./keyboard.mjs";
import "./accessibility.mjs";
import "./docs.mjs";
import "./dashboard.mjs";
import "./appearance.mjs";
import "./widget.mjs";
import "./widget-trouble.mjs";
import "./speed.mjs";

const start = promisify(execFile);
const UNIT_TESTS = fileURLToPath(new URL("../web/", import.meta.url));
const TYPE_CHECKER = fileURLToPath(new URL("node_modules/typescript/bin/tsc", import.meta.url));
const TYPE_SETTINGS = fileURLToPath(new URL("tsconfig.json", import.meta.url));

let passed = 0;
let failed = 0;

/**
 * @param {string} name
 * @param {unknown} failure
 */
function report(name, failure) {
  if (failure === null) {
    passed += 1;
    console.log(`ok: ${name}`);
  } else {
    failed += 1;
    console.log(`FAILED: ${name}`);
    console.log(String(failure instanceof Error ? (failure.stack ?? failure) : failure).replace(/^/gm, "    "));
  }
}

/** The page's scripts hold no type error under the strictest settings. */
async function checkTypes() {
  try {
    await start(process.execPath, [TYPE_CHECKER, "--project", TYPE_SETTINGS]);
    report("the pages' scripts pass the strict type check", null);
  } catch (failure) {
    report("the pages' scripts pass the strict type check", output(failure));
  }
}

/** Each file of unit tests in a process of its own, as `node --test` would; its tests are counted one by one. */
async function runUnitTests() {
  for (const file of (await readdir(UNIT_TESTS)).filter((name) => name.endsWith(".test.mjs")).sort()) {
    const words = await start(process.execPath, ["--test-reporter=tap", UNIT_TESTS + file]).then(
      ({ stdout }) => stdout,
      output,
    );
    let count = 0;
    for (const part of words.split(/^# Subtest: /m)) {
      const [, not, name] = /^(not )?ok \d+ - (.*)$/m.exec(part) ?? [];
      if (name === undefined) continue;
      count += 1;
      report(`${file}: ${name}`, not ? part : null);
    }
    if (count === 0) report(`${file} holds tests`, words);
  }
}

/** @param {any} failure */
function output(failure) {
  return `${failure.stdout ?? ""}${failure.stderr ?? ""}` || String(failure);
}

const address = process.env.PORTAVOZ_URL;
if (!address) {
  console.error("PORTAVOZ_URL is not set: the address of a running portavoz on `examples/maria`");
  process.exit(2);
}
const wanted = process.argv.slice(2).join(" ");
if (wanted === "") {
  await checkTypes();
  await runUnitTests();
}
await runTests(new URL(address).origin, wanted, report);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 || passed === 0 ? 1 : 0);

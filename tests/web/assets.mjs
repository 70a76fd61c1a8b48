// Loads the pages' scripts into Node: they are modules, which Node believes of a `.js` file only if a `package.json`
// beside it says so, and the folder of assets holds nothing that is not served.

import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ASSETS = fileURLToPath(new URL("../../crates/server/assets/", import.meta.url));

/**
 * Imports a script of the pages, with what it imports itself.
 *
 * @param {string} name such as `stream.js`
 * @returns {Promise<any>}
 */
export async function load(name) {
  const folder = mkdtempSync(join(tmpdir(), "portavoz-assets-"));
  try {
    cpSync(ASSETS, folder, { recursive: true });
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
    return await import(pathToFileURL(join(folder, name)).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * A response body that gives `bytes` in reads of `size`.
 *
 * @param {Uint8Array} bytes
 * @param {number} size
 * @returns {ReadableStream<Uint8Array>}
 */
export function body(bytes, size) {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.slice(at, at + size));
      at += size;
    },
  });
}

/** @param {string} text */
export function utf8(text) {
  return new TextEncoder().encode(text);
}

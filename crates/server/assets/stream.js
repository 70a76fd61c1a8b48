// @ts-check
/**
 * Reads server-sent events from the body of a `fetch` response.
 *
 * The browser's own `EventSource` can neither send a body nor a header, so the format is read here: fields end with
 * LF, CR or CRLF, a blank line ends an event, and what follows the last blank line was cut off and is dropped.
 */

/**
 * @typedef {{ name: string, data: string }} ServerEvent
 */

/**
 * Yields the events of `body` as they arrive. Leaving the loop early cancels the request.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @returns {AsyncGenerator<ServerEvent, void, void>}
 */
export async function* readEvents(body) {
  const reader = body.getReader();
  // `stream: true` below keeps the bytes of a character that is split between two reads.
  const decoder = new TextDecoder();
  let rest = "";
  // A CR at the very end of a read ends its line; if an LF follows in the next one, it belongs to it.
  let endedInCr = false;
  let name = "";
  /** @type {string[]} */
  let lines = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      if (endedInCr && rest !== "") {
        rest = rest.replace(/^\n/, "");
        endedInCr = false;
      }
      for (;;) {
        const end = rest.search(/\r\n|\n|\r/);
        if (end === -1) break;
        endedInCr = rest.endsWith("\r") && end === rest.length - 1;
        const line = rest.slice(0, end);
        rest = rest.slice(end + (rest.startsWith("\r\n", end) ? 2 : 1));
        if (line === "") {
          if (lines.length > 0) yield { name: name || "message", data: lines.join("\n") };
          name = "";
          lines = [];
          continue;
        }
        const colon = line.indexOf(":");
        const field = colon === -1 ? line : line.slice(0, colon);
        const text = colon === -1 ? "" : line.slice(colon + 1).replace(/^ /, "");
        if (field === "event") name = text;
        if (field === "data") lines.push(text);
      }
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

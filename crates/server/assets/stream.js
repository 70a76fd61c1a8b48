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
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (!done) rest += decoder.decode(value, { stream: true });
      // A CR at the very end may be the half of a CRLF: it waits for what follows.
      const events = rest.replace(done ? /\r\n?/g : /\r\n|\r(?!$)/g, "\n").split("\n\n");
      rest = events.pop() ?? "";
      for (const event of events) {
        let name = "message";
        const data = [];
        for (const line of event.split("\n")) {
          const [, field, text = ""] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
          if (field === "event") name = text;
          if (field === "data") data.push(text);
        }
        if (data.length > 0) yield { name, data: data.join("\n") };
      }
      if (done) return;
    }
  } finally {
    reader.cancel().catch(() => {});
  }
}

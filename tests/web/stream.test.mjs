// The reader of server-sent events, against the format's rules as the HTML standard writes them.

import assert from "node:assert/strict";
import test from "node:test";

import { body, load, utf8 } from "./assets.mjs";

const { readEvents } = await load("stream.js");

/** What a stream says, and the events in it. @type {[string, string, [string, string][]][]} */
const CASES = [
  ["one event with a name", "event: delta\ndata: x\n\n", [["delta", "x"]]],
  ["an event without a name is a message", "data: x\n\n", [["message", "x"]]],
  [
    "lines end with CRLF",
    "event: a\r\ndata: 1\r\n\r\nevent: b\r\ndata: 2\r\n\r\n",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "lines end with CR",
    "event: a\rdata: 1\r\revent: b\rdata: 2\r\r",
    [
      ["a", "1"],
      ["b", "2"],
    ],
  ],
  [
    "lines end in all three ways",
    "event: a\r\ndata: 1\n\ndata: 2\r\r\ndata: 3\n\n",
    [
      ["a", "1"],
      ["message", "2"],
      ["message", "3"],
    ],
  ],
  [
    "a space after the colon is not part of the value, a second one is",
    "data:x\n\ndata: x\n\ndata:  x\n\n",
    [
      ["message", "x"],
      ["message", "x"],
      ["message", " x"],
    ],
  ],
  ["lines of data are joined", "data: 1\ndata: 2\ndata:\ndata: 4\n\n", [["message", "1\n2\n\n4"]]],
  ["comments keep the connection open and say nothing", ": ping\n\n:\n\ndata: x\n: ping\n\n", [["message", "x"]]],
  ["an event without data is none, and its name is forgotten", "event: a\n\ndata: x\n\n", [["message", "x"]]],
  ["a field without a colon has no value", "data\ndata\n\n", [["message", "\n"]]],
  ["unknown fields are skipped", "id: 7\nretry: 5\nfoo: bar\ndata: x\n\n", [["message", "x"]]],
  ["a colon may stand in the data", 'data: {"a":"b: c"}\n\n', [["message", '{"a":"b: c"}']]],
  ["characters of two, three and four bytes", "data: María · 40 % → 🚀\n\n", [["message", "María · 40 % → 🚀"]]],
  ["a byte order mark is not part of the first field", "\uFEFFdata: x\n\n", [["message", "x"]]],
  ["what was cut off is dropped", "data: x\n\nevent: done\ndata: lost\n", [["message", "x"]]],
  ["what was cut off in the middle of a line is dropped", "data: x\n\ndata: lo", [["message", "x"]]],
  ["an empty stream has no events", "", []],
  ["blank lines have no events", "\n\n\r\n\r\r\n", []],
];

for (const [name, text, expected] of CASES) {
  test(`${name}, whatever the size of the reads`, async () => {
    const bytes = utf8(text);
    for (let size = 1; size <= bytes.length + 1; size += 1) {
      const events = [];
      for await (const event of readEvents(body(bytes, size))) events.push([event.name, event.data]);
      assert.deepEqual(events, expected, `in reads of ${size} bytes`);
    }
  });
}

test("an event is passed on before the stream goes on", async () => {
  /** @type {ReadableStreamDefaultController<Uint8Array> | undefined} */
  let source;
  const events = readEvents(new ReadableStream({ start: (controller) => void (source = controller) }));
  source?.enqueue(utf8("data: 1\n\nda"));
  assert.equal((await events.next()).value.data, "1");
  source?.enqueue(utf8("ta: 2\n\n"));
  assert.equal((await events.next()).value.data, "2");
  source?.close();
  assert.equal((await events.next()).done, true);
});

test("leaving early cancels the request", async () => {
  let cancelled = false;
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(utf8("data: x\n\n")),
    cancel: () => void (cancelled = true),
  });
  for await (const event of readEvents(endless)) {
    assert.equal(event.data, "x");
    break;
  }
  assert.ok(cancelled);
});

test("a fault of the connection reaches the reader", async () => {
  const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError("network error")) });
  await assert.rejects(async () => {
    for await (const event of readEvents(broken)) assert.fail(`an event came: ${event.name}`);
  }, TypeError);
});

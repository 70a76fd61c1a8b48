// Asking and remembering, against a server that is only a function.

import assert from "node:assert/strict";
import test from "node:test";

import { body, load, utf8 } from "./assets.mjs";

const { AskFailed, ask, history, isAbort, remember, remembered } = await load("conversation.js");

const KEPT = { conversationId: "c 1", visitorToken: "t" };
const START = 'event: start\ndata: {"turn_id":"1","conversation_id":"c","visitor_token":"v"}\n\n';
const DELTA = 'event: delta\ndata: {"text":"Hola"}\n\n';
const DONE = 'event: done\ndata: {"outcome":"answered"}\n\n';

/**
 * Answers the next request with `response` and returns what was requested.
 *
 * @param {Response | (() => Promise<Response>)} response
 */
function serve(response) {
  /** @type {{ address: string, request: any }[]} */
  const requests = [];
  globalThis.fetch = async (address, request) => {
    requests.push({ address: String(address), request });
    return typeof response === "function" ? response() : response;
  };
  return requests;
}

/** @param {string} text */
function stream(text) {
  return new Response(body(utf8(text), 7), { headers: { "Content-Type": "text/event-stream" } });
}

/** @param {number} status @param {unknown} content */
function json(status, content) {
  return new Response(JSON.stringify(content), { status });
}

/** @param {typeof KEPT | null} [conversation] */
async function asked(conversation = null) {
  const events = [];
  for await (const event of ask("¿qué?", conversation, new AbortController().signal)) events.push(event);
  return events;
}

test("an answer's events come in order, the last being `done`", async () => {
  serve(stream(START + DELTA + DONE + DELTA));
  const events = await asked();
  assert.deepEqual(
    events.map(({ event }) => event),
    ["start", "delta", "done"],
  );
  assert.equal(events[1].text, "Hola");
});

test("a first question carries no conversation and no token", async () => {
  const requests = serve(stream(DONE));
  await asked();
  const [first] = requests;
  assert.equal(first?.address, "/api/chat");
  assert.deepEqual(JSON.parse(first?.request.body), { message: "¿qué?", stream: true });
  assert.equal(first?.request.headers.Authorization, undefined);
  assert.equal(first?.request.credentials, "omit");
});

test("a follow-up carries the conversation, and its token as a header", async () => {
  const requests = serve(stream(DONE));
  await asked(KEPT);
  assert.equal(JSON.parse(requests[0]?.request.body).conversation_id, "c 1");
  assert.equal(requests[0]?.request.headers.Authorization, "Bearer t");
});

/** @param {string} code */
function hasCode(code) {
  return (/** @type {any} */ failure) => failure instanceof AskFailed && failure.code === code;
}

/** @type {[string, () => Promise<Response>, string][]} */
const FAILURES = [
  [
    "a refusal has the server's code",
    async () => json(429, { error: { code: "rate_limited", message: "m" } }),
    "rate_limited",
  ],
  [
    "a refusal that is not ours has its status",
    async () => new Response("<h1>Bad gateway</h1>", { status: 502 }),
    "http_502",
  ],
  ["a refusal without an error in it has its status", async () => json(500, {}), "http_500"],
  ["an unreachable server is `offline`", () => Promise.reject(new TypeError("Failed to fetch")), "offline"],
  [
    "a failure after the start has the server's code",
    async () => stream(`${START}event: failed\ndata: {"code":"storage_unavailable","message":"m"}\n\n`),
    "storage_unavailable",
  ],
  ["a stream that ends early was cut", async () => stream(START + DELTA), "cut"],
  ["an event that is not JSON was cut", async () => stream(`${START}event: delta\ndata: {"te\n\n`), "cut"],
  ["a page instead of a stream was cut", async () => new Response("<html></html>"), "cut"],
  ["an empty answer was cut", async () => new Response(""), "cut"],
];

for (const [name, response, code] of FAILURES) {
  test(name, async () => {
    serve(response);
    await assert.rejects(asked(), hasCode(code));
  });
}

test("a connection that breaks in the middle was cut", async () => {
  let reads = 0;
  const breaking = new ReadableStream({
    pull(controller) {
      reads += 1;
      if (reads > 1) controller.error(new TypeError("network error"));
      else controller.enqueue(utf8(START + DELTA));
    },
  });
  serve(new Response(breaking));
  await assert.rejects(asked(), hasCode("cut"));
});

test("what the visitor stopped is told apart from what failed", async () => {
  serve(() => Promise.reject(new DOMException("stopped", "AbortError")));
  await assert.rejects(asked(), (failure) => isAbort(failure) && !(failure instanceof AskFailed));
});

test("the history is asked for with the token", async () => {
  const requests = serve(json(200, { turns: [{ question: "q" }] }));
  assert.deepEqual(await history(KEPT), [{ question: "q" }]);
  assert.equal(requests[0]?.address, "/api/conversations/c%201");
  assert.equal(requests[0]?.request.headers.Authorization, "Bearer t");
});

test("a conversation that is gone, or somebody else's, has no history", async () => {
  for (const status of [401, 403, 404]) {
    serve(json(status, { error: { code: "conversation_not_found" } }));
    assert.equal(await history(KEPT), null, String(status));
  }
});

test("a history that cannot be read for now is not taken for lost", async () => {
  serve(json(503, { error: { code: "storage_unavailable" } }));
  await assert.rejects(history(KEPT), hasCode("storage_unavailable"));
});

/** A browser's storage. */
function storage() {
  const items = new Map();
  return {
    getItem: (/** @type {string} */ key) => items.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void items.set(key, value),
    removeItem: (/** @type {string} */ key) => void items.delete(key),
    items,
  };
}

test("the conversation is remembered and forgotten", () => {
  const local = storage();
  Object.defineProperty(globalThis, "localStorage", { value: local, configurable: true });
  assert.equal(remembered(), null);
  remember(KEPT);
  assert.deepEqual(remembered(), KEPT);
  remember(null);
  assert.equal(remembered(), null);
});

test("what else may stand in the storage is no conversation", async () => {
  const local = storage();
  Object.defineProperty(globalThis, "localStorage", { value: local, configurable: true });
  remember(KEPT);
  const [key] = local.items.keys();
  for (const kept of ["", "{", "null", "7", '"x"', "[]", "{}", '{"conversationId":"c"}']) {
    local.items.set(key, kept);
    // As another page would find it.
    assert.equal((await load("conversation.js")).remembered(), null, kept);
  }
  local.items.set(key, JSON.stringify(KEPT));
  assert.deepEqual((await load("conversation.js")).remembered(), KEPT);
});

test("a browser without storage still talks", async () => {
  const forbidden = () => {
    throw new DOMException("denied", "SecurityError");
  };
  const closed = { getItem: forbidden, setItem: forbidden, removeItem: forbidden };
  Object.defineProperty(globalThis, "localStorage", { value: closed, configurable: true });
  const page = await load("conversation.js");
  assert.equal(page.remembered(), null);
  page.remember(KEPT);
  assert.deepEqual(page.remembered(), KEPT, "as long as the page lasts");
  page.remember(null);
  assert.equal(page.remembered(), null);
});

// The official OpenAI client for Node talks to portavoz.
//
// Needs a running server: `PORTAVOZ_SDK_BASE_URL` (ends in `/v1`) and `PORTAVOZ_SDK_KEY`. `cargo xtask test` starts one
// on the demo portfolio with no model behind it, so that the answers are quotations and the same every time.
// Prints one line per check and exits with 1 at the first that fails.

import OpenAI from "openai";

const QUESTION = [{ role: "user", content: "¿Qué tecnologías domina María?" }];

/** Reports one check; leaves the program if it does not hold. */
function check(what, holds, seen) {
  console.log(holds ? `ok: ${what}` : `FAILED: ${what} (got ${JSON.stringify(seen)})`);
  if (!holds) process.exit(1);
}

/** Models can be listed; returns the first one's id. */
async function listModels(client) {
  const models = [];
  for await (const model of client.models.list()) models.push(model);
  check("at least one model is listed", models.length > 0);
  check("a model is an object of kind `model` with an id", models[0].object === "model" && models[0].id, models[0]);
  return models[0].id;
}

/** A Spanish question gets a whole answer; returns its text. */
async function wholeAnswer(client, model) {
  const completion = await client.chat.completions.create({ model, messages: QUESTION });
  const [choice] = completion.choices;
  check("the answer is a chat completion", completion.object === "chat.completion", completion.object);
  check("the answer says that it is complete", choice.finish_reason === "stop", choice.finish_reason);
  check("the answer is about María's technologies", /Python|React|OpenAI|FastAPI/.test(choice.message.content), choice);
  const { usage } = completion;
  check("usage is counted", usage && usage.total_tokens === usage.prompt_tokens + usage.completion_tokens, usage);
  return choice.message.content;
}

/** The same question streamed gives the same text and ends once. */
async function streamedAnswer(client, model, whole) {
  let text = "";
  const reasons = [];
  const stream = await client.chat.completions.create({ model, messages: QUESTION, stream: true });
  for await (const chunk of stream) {
    for (const choice of chunk.choices) {
      text += choice.delta.content ?? "";
      if (choice.finish_reason) reasons.push(choice.finish_reason);
    }
  }
  check("the stream's text is the whole answer's", text === whole, text);
  check("the stream ends once, with `stop`", reasons.length === 1 && reasons[0] === "stop", reasons);
}

/** The client may leave in the middle of a stream; the server goes on serving. */
async function abandonedStream(client, model) {
  const stream = await client.chat.completions.create({ model, messages: QUESTION, stream: true });
  for await (const chunk of stream) {
    check("a stream begins with a chunk", chunk.object === "chat.completion.chunk", chunk.object);
    break;
  }
  const again = await client.chat.completions.create({ model, messages: QUESTION });
  check("the server serves after a client left", Boolean(again.choices[0].message.content));
}

/** A request without messages is refused in the protocol's own shape. */
async function badRequest(client, model) {
  try {
    await client.chat.completions.create({ model, messages: [] });
  } catch (error) {
    check("the refusal is a 400", error instanceof OpenAI.BadRequestError && error.status === 400, String(error));
    check("the refusal has a message and a type", error.error?.message && error.error?.type, error.error);
    return;
  }
  check("a request without messages is refused", false);
}

const client = new OpenAI({
  baseURL: process.env.PORTAVOZ_SDK_BASE_URL,
  apiKey: process.env.PORTAVOZ_SDK_KEY,
  maxRetries: 0,
  timeout: 30_000,
});
const model = await listModels(client);
await streamedAnswer(client, model, await wholeAnswer(client, model));
await abandonedStream(client, model);
await badRequest(client, model);

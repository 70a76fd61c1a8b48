"""The official OpenAI client for Python talks to portavoz.

Needs a running server: `PORTAVOZ_SDK_BASE_URL` (ends in `/v1`) and `PORTAVOZ_SDK_KEY`. `cargo xtask test` starts one on
the demo portfolio with no model behind it, so that the answers are quotations and the same every time.
Prints one line per check and exits with 1 at the first that fails.
"""

import os

import openai

QUESTION = [{"role": "user", "content": "¿Cuál es la experiencia de María en inteligencia artificial?"}]


def check(what: str, holds: bool, seen: object = "") -> None:
    """Reports one check; leaves the program if it does not hold."""
    print(f"{'ok' if holds else 'FAILED'}: {what}", f"(got {seen!r})" if not holds else "", flush=True)
    if not holds:
        raise SystemExit(1)


def list_models(client: openai.OpenAI) -> str:
    """Models can be listed; returns the first one's id."""
    models = list(client.models.list())
    check("at least one model is listed", len(models) > 0)
    check("a model is an object of kind `model` with an id", models[0].object == "model" and bool(models[0].id), models[0])
    return models[0].id


def whole_answer(client: openai.OpenAI, model: str) -> str:
    """A Spanish question gets a whole Spanish answer; returns its text."""
    completion = client.chat.completions.create(model=model, messages=QUESTION)
    check("the answer is a chat completion", completion.object == "chat.completion", completion.object)
    choice = completion.choices[0]
    text = choice.message.content or ""
    check("the answer is the assistant's", choice.message.role == "assistant", choice.message.role)
    check("the answer says that it is complete", choice.finish_reason == "stop", choice.finish_reason)
    check("the answer is about María's field", "IA" in text or "RAG" in text, text)
    check("the answer is in Spanish", any(f" {word} " in text for word in ("de", "en", "la", "el")), text)
    usage = completion.usage
    check("usage is counted", usage is not None and usage.total_tokens == usage.prompt_tokens + usage.completion_tokens, usage)
    return text


def streamed_answer(client: openai.OpenAI, model: str, whole: str) -> None:
    """The same question streamed gives the same text, then the end, then the usage."""
    pieces, reasons, usages, ids = [], [], [], set()
    options = {"include_usage": True}
    for chunk in client.chat.completions.create(model=model, messages=QUESTION, stream=True, stream_options=options):
        ids.add(chunk.id)
        if chunk.usage is not None:
            usages.append(chunk.usage)
        for choice in chunk.choices:
            pieces.append(choice.delta.content or "")
            if choice.finish_reason is not None:
                reasons.append(choice.finish_reason)
    check("the stream's text is the whole answer's", "".join(pieces) == whole, "".join(pieces))
    check("the stream ends once, with `stop`", reasons == ["stop"], reasons)
    check("all chunks carry one id", len(ids) == 1, ids)
    check("usage comes once", len(usages) == 1, usages)


def conversation(client: openai.OpenAI, model: str) -> None:
    """A system message and earlier turns are accepted, as clients send them."""
    messages = [
        {"role": "system", "content": "You are a helpful assistant."},
        {"role": "user", "content": "Hola"},
        {"role": "assistant", "content": "¡Hola! ¿Qué quieres saber de María?"},
        *QUESTION,
    ]
    completion = client.chat.completions.create(model=model, messages=messages, temperature=0.2, max_tokens=300)
    check("a whole conversation is accepted", bool(completion.choices[0].message.content))


def bad_request(client: openai.OpenAI, model: str) -> None:
    """A request without messages is refused in the protocol's own shape."""
    try:
        client.chat.completions.create(model=model, messages=[])
    except openai.BadRequestError as error:
        check("the refusal is a 400", error.status_code == 400, error.status_code)
        check("the refusal has a message", isinstance(error.body, dict) and bool(error.body.get("message")), error.body)
        check("the refusal has a type", isinstance(error.body, dict) and bool(error.body.get("type")), error.body)
        return
    check("a request without messages is refused", False)


def main() -> None:
    """Runs every check in order."""
    client = openai.OpenAI(
        base_url=os.environ["PORTAVOZ_SDK_BASE_URL"], api_key=os.environ["PORTAVOZ_SDK_KEY"], max_retries=0, timeout=30
    )
    model = list_models(client)
    streamed_answer(client, model, whole_answer(client, model))
    conversation(client, model)
    bad_request(client, model)


if __name__ == "__main__":
    main()

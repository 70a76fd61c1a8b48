// @ts-check
/**
 * Shows `/openapi.json` as a page: operations by tag, their parameters, schemas as trees, and a `curl` line to try.
 *
 * Reads OpenAPI 3.0 and 3.1 as far as portavoz writes it. Schemas that contain themselves end at a reference.
 */

/** @typedef {Record<string, any>} Json */
/** @typedef {{ method: string, path: string, operation: Json, shared: Json[] }} Endpoint */

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEEPEST = 8;

/** @type {Json} */
let api = {};

const main = /** @type {HTMLElement} */ (document.getElementById("api"));
const index = /** @type {HTMLElement} */ (document.getElementById("index"));

void start();

async function start() {
  try {
    const response = await fetch("/openapi.json");
    if (!response.ok) throw new Error(`the server said ${response.status}`);
    api = await response.json();
    show();
  } catch (cause) {
    const words = cause instanceof Error ? cause.message : String(cause);
    main.replaceChildren(make("p", "problem", `The description could not be read: ${words}.`));
  }
  main.removeAttribute("aria-busy");
  // The place in the address did not exist until now.
  document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}

function show() {
  const info = api.info ?? {};
  const intro = [make("h1", "", `${info.title ?? "API"} ${info.version ?? ""}`)];
  intro.push(...prose("about", info.description));
  const raw = make("p", "soft", "Generated from ");
  raw.append(link("/openapi.json", "/openapi.json"), ".");
  main.replaceChildren(...intro, raw);
  index.replaceChildren();
  for (const [tag, endpoints] of byTag()) {
    const about = (api.tags ?? []).find((/** @type {Json} */ each) => each.name === tag)?.description;
    main.append(make("h2", "", tag));
    main.append(...prose("about", about));
    const list = make("ul", "");
    for (const endpoint of endpoints) {
      main.append(operation(endpoint));
      const item = make("li", "");
      const entry = link(`#${anchor(endpoint)}`, "");
      entry.append(make("span", "method", endpoint.method.toUpperCase()), endpoint.path);
      item.append(entry);
      list.append(item);
    }
    index.append(make("h2", "", tag), list);
  }
}

/** @returns {Map<string, Endpoint[]>} */
function byTag() {
  const groups = new Map((api.tags ?? []).map((/** @type {Json} */ tag) => [tag.name, []]));
  for (const [path, item] of Object.entries(api.paths ?? {})) {
    for (const method of METHODS) {
      const found = item[method];
      if (!found) continue;
      const tag = found.tags?.[0] ?? "other";
      if (!groups.has(tag)) groups.set(tag, []);
      groups.get(tag).push({ method, path, operation: found, shared: item.parameters ?? [] });
    }
  }
  return new Map([...groups].filter(([, endpoints]) => endpoints.length > 0));
}

/** @param {Endpoint} endpoint */
function anchor(endpoint) {
  return endpoint.operation.operationId ?? `${endpoint.method}${endpoint.path}`.replace(/[^a-z0-9]+/gi, "-");
}

/** @param {Endpoint} endpoint */
function operation(endpoint) {
  const { method, path, operation: details, shared } = endpoint;
  const section = make("section", "operation");
  section.id = anchor(endpoint);
  const heading = make("h3", "");
  heading.append(make("span", "method", method.toUpperCase()), path);
  section.append(heading);
  section.append(...prose("about", details.summary), ...prose("about soft", details.description));
  if (details.security?.length) section.append(...prose("soft", "Needs `Authorization: Bearer …`."));

  const parameters = [...shared, ...(details.parameters ?? [])].map(resolve);
  if (parameters.length > 0) {
    const list = make("ul", "tree");
    for (const each of parameters) {
      const note = `${each.in}${each.required ? ", required" : ""}`;
      list.append(field(each.name, typeName(each.schema ?? {}), note, each.description));
    }
    section.append(make("h4", "", "Parameters"), list);
  }

  const body = details.requestBody && resolve(details.requestBody);
  for (const [type, content] of Object.entries(body?.content ?? {})) {
    section.append(make("h4", "", `Request · ${type}`), tree(content.schema ?? {}, 0));
  }

  section.append(make("h4", "", "Responses"));
  for (const [status, unresolved] of Object.entries(details.responses ?? {})) {
    const response = resolve(unresolved);
    const more = make("details", "");
    /** @type {HTMLDetailsElement} */ (more).open = status.startsWith("2");
    const summary = make("summary", "");
    summary.append(make("span", "name", status), ` ${response.description ?? ""}`);
    more.append(summary);
    for (const [type, content] of Object.entries(response.content ?? {})) {
      more.append(make("p", "soft", type), tree(content.schema ?? {}, 0));
    }
    section.append(more);
  }

  const example = make("pre", "", curl(endpoint, body));
  example.tabIndex = 0;
  section.append(make("h4", "", "Try it"), example);
  return section;
}

/**
 * @param {Endpoint} endpoint
 * @param {Json | undefined} body
 */
function curl({ method, path, operation: details }, body) {
  const lines = [`curl ${location.origin}${path}`];
  if (method !== "get") lines[0] = `curl -X ${method.toUpperCase()} ${location.origin}${path}`;
  if (details.security?.length) lines.push(`-H 'Authorization: Bearer TOKEN'`);
  const json = body?.content?.["application/json"];
  if (json) {
    const sample = JSON.stringify(json.example ?? exampleOf(json.schema ?? {}, 0)).replaceAll("'", "'\\''");
    lines.push(`-H 'Content-Type: application/json'`, `-d '${sample}'`);
  }
  return lines.join(" \\\n  ");
}

/**
 * A small body that fits `schema`: required fields only, so that the line stays short.
 *
 * @param {Json} unresolved
 * @param {number} depth
 * @returns {unknown}
 */
function exampleOf(unresolved, depth) {
  const schema = merged(unresolved);
  if (schema.example !== undefined) return schema.example;
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const variant = (schema.oneOf ?? schema.anyOf)?.find((/** @type {Json} */ each) => each.type !== "null");
  if (variant) return exampleOf(variant, depth + 1);
  const type = kindOf(schema);
  if (type === "object" && depth < DEEPEST) {
    const required = new Set(schema.required ?? []);
    const fields = Object.entries(schema.properties ?? {}).filter(([name]) => required.has(name));
    return Object.fromEntries(fields.map(([name, each]) => [name, exampleOf(each, depth + 1)]));
  }
  if (type === "array") return depth < DEEPEST ? [exampleOf(schema.items ?? {}, depth + 1)] : [];
  if (type === "integer" || type === "number") return schema.minimum ?? 0;
  if (type === "boolean") return true;
  return "…";
}

/**
 * @param {Json} unresolved
 * @param {number} depth
 * @returns {HTMLElement}
 */
function tree(unresolved, depth) {
  const schema = merged(unresolved);
  const list = make("ul", "tree");
  if (depth > DEEPEST) {
    list.append(field("", typeName(unresolved), "", ""));
    return list;
  }
  const variants = (schema.oneOf ?? schema.anyOf ?? []).filter((/** @type {Json} */ each) => each.type !== "null");
  const required = new Set(schema.required ?? []);
  for (const [name, each] of Object.entries(schema.properties ?? {})) {
    const item = field(name, typeName(each), required.has(name) ? "required" : "", merged(each).description);
    const inner = innerSchema(each);
    if (inner) item.append(tree(inner, depth + 1));
    list.append(item);
  }
  for (const each of variants) {
    const item = field("", `one of: ${typeName(each)}`, "", merged(each).description);
    const inner = innerSchema(each);
    if (inner) item.append(tree(inner, depth + 1));
    list.append(item);
  }
  if (!list.hasChildNodes()) {
    const item = field("", typeName(unresolved), "", schema.description);
    const inner = kindOf(schema) === "array" ? innerSchema(schema) : null;
    if (inner) item.append(tree(inner, depth + 1));
    list.append(item);
  }
  return list;
}

/**
 * The schema to unfold below a field, `null` if its type says all.
 *
 * @param {Json} unresolved
 * @returns {Json | null}
 */
function innerSchema(unresolved) {
  const schema = merged(unresolved);
  if (kindOf(schema) === "array") return innerSchema(schema.items ?? {});
  const variants = (schema.oneOf ?? schema.anyOf ?? []).filter((/** @type {Json} */ each) => each.type !== "null");
  if (variants.length === 1) return innerSchema(variants[0]);
  return schema.properties || variants.length > 1 ? unresolved : null;
}

/**
 * @param {string} name
 * @param {string} type
 * @param {string} note
 * @param {string | undefined} about
 */
function field(name, type, note, about) {
  const item = make("li", "");
  if (name) item.append(make("span", "name", name), " ");
  item.append(make("span", "type", type));
  if (note) item.append(" ", make("span", "soft", note));
  item.append(...prose("soft", about));
  return item;
}

/** @param {Json} schema */
function kindOf(schema) {
  const types = [schema.type].flat().filter((each) => each && each !== "null");
  return types[0] ?? (schema.properties ? "object" : schema.items ? "array" : "");
}

/**
 * @param {Json} unresolved
 * @returns {string}
 */
function typeName(unresolved) {
  if (unresolved.$ref) return unresolved.$ref.split("/").pop() ?? "";
  const schema = merged(unresolved);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((/** @type {unknown} */ each) => JSON.stringify(each)).join(" | ");
  const variants = schema.oneOf ?? schema.anyOf;
  if (variants) return variants.map(typeName).join(" | ");
  const orNull = [schema.type].flat().includes("null") && schema.type !== "null" ? " | null" : "";
  const kind = kindOf(schema);
  if (kind === "array") return `${typeName(schema.items ?? {})}[]${orNull}`;
  return `${kind || schema.type || "any"}${orNull}`;
}

/**
 * A schema with its reference followed and its `allOf` parts joined.
 *
 * @param {Json} unresolved
 * @returns {Json}
 */
function merged(unresolved) {
  const schema = resolve(unresolved);
  if (!schema.allOf) return schema;
  const { allOf, ...rest } = schema;
  return allOf.map(merged).reduce(
    (/** @type {Json} */ all, /** @type {Json} */ part) => ({
      ...all,
      ...part,
      properties: { ...all.properties, ...part.properties },
      required: [...(all.required ?? []), ...(part.required ?? [])],
    }),
    rest,
  );
}

/**
 * @param {Json} value
 * @returns {Json}
 */
function resolve(value) {
  let found = value;
  for (let step = 0; found?.$ref && step < DEEPEST; step += 1) {
    /** @type {string[]} */
    const path = found.$ref.replace(/^#\//, "").split("/");
    found = path.reduce((at, key) => at?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], api) ?? {};
  }
  return found ?? {};
}

/**
 * The paragraphs of a description, with its `code`. Single line ends are only where its source was wrapped.
 *
 * @param {string} classes
 * @param {string} [text]
 */
function prose(classes, text = "") {
  const paragraphs = text.split(/\n\s*\n/).filter((each) => each.trim() !== "");
  return paragraphs.map((paragraph) => {
    const made = make("p", classes);
    for (const [at, part] of paragraph.split("`").entries()) made.append(at % 2 === 1 ? make("code", "", part) : part);
    return made;
  });
}

/**
 * @param {string} href
 * @param {string} text
 */
function link(href, text) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
}

/**
 * @param {string} name
 * @param {string} classes
 * @param {string} [text]
 */
function make(name, classes, text) {
  const made = document.createElement(name);
  if (classes !== "") made.className = classes;
  if (text !== undefined) made.textContent = text;
  return made;
}

// Other people's pages, which embed the widget: served on another origin than portavoz, each hostile in a way of its own.
//
// To add one more: a line in `HOSTS`; `widget.mjs` opens, asks and closes on each and holds it against the plain one.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

/** Everything that a host may do to elements that are not its own. */
const RESETS = `
  * { all: unset !important; }
  *, *::before, *::after { box-sizing: content-box !important; font: 7px/3 fantasy !important; color: red !important;
    letter-spacing: 9px !important; visibility: visible !important; }
  body, body *, portavoz-widget { opacity: .5 !important; }
  div, section, svg, i, a { display: none !important; position: static !important; }
  button { display: inline !important; position: relative !important; width: 3px !important; background: lime !important; }
  iframe { display: none !important; width: 1px !important; height: 1px !important; }
  portavoz-widget, html > * { display: none !important; z-index: -1 !important; transform: scale(.1) !important; }
  :root { --c: red; --o: red; --b: 500px; --x: 500px; --p: red; font-size: 3px !important; }
  body { display: block !important; }`;

/**
 * @typedef {object} Host
 * @property {string} [css] in a `<style>`, which a policy may forbid
 * @property {string} [html] attributes of `<html>` besides the language
 * @property {string} [body] attributes of `<body>`
 * @property {string} [policy] with `{base}` for portavoz's origin
 * @property {string} [tag] attributes of the script
 * @property {boolean} [twice] whether the script is there two times
 *
 * @type {Record<string, Host>}
 */
export const HOSTS = {
  plain: {},
  bootstrap: { css: readFileSync(require.resolve("bootstrap/dist/css/bootstrap.css"), "utf8") },
  tailwind: { css: readFileSync(require.resolve("tailwindcss/preflight.css"), "utf8") },
  resets: { css: RESETS },
  moved: {
    css: `body { transform: rotate(2deg) scale(.9); filter: sepia(1); contain: paint; overflow: hidden; zoom: 1.3 }
          html { font-size: 40px; text-transform: uppercase; letter-spacing: 4px; cursor: crosshair }`,
  },
  strict: { policy: "default-src 'none'; script-src {base}; frame-src {base}; base-uri 'none'; form-action 'none'" },
  trusting: {
    policy:
      "default-src 'none'; script-src {base}; frame-src {base}; require-trusted-types-for 'script'; trusted-types 'none'",
  },
  rtl: { html: 'dir="rtl"', body: 'class="rtl"' },
  clobbered: { body: 'id="portavoz"' },
  twice: { twice: true },
  dressed: {
    tag: 'data-position="left" data-color="#f2c14e" data-language="de" data-greeting="Willkommen, <b>Gast</b>."',
  },
  opened: { tag: "data-open" },
  blocking: { policy: "default-src 'none'; script-src {base}" },
};

/**
 * @param {Host} host
 * @param {string} base
 * @param {boolean} isBare without the widget
 */
function pageOf({ css, html, body, tag, twice }, base, isBare) {
  const script = `<script src="${base}/widget.js" async ${tag ?? ""}></script>`;
  return `<!doctype html>
<html lang="es" ${html ?? ""}>
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>María Ansorena Vidal</title>
${css ? `<style>${css}</style>` : ""}
${isBare ? "" : script + (twice ? script : "")}
</head>
<body ${body ?? ""}>
<main>
<h1>María Ansorena Vidal</h1>
<p>Hago sistemas de <a href="#ia">inteligencia artificial</a> que explican lo que dicen.</p>
<section><h2 id="ia">Proyectos</h2><div><ul><li>Legajo</li><li>Cuadro de mando</li></ul></div></section>
<form><label>Correo <input type="email"></label> <button type="button" id="own">Escribir</button></form>
</main>
<noscript><a href="${base}/">Pregunta por María</a></noscript>
</body>
</html>`;
}

/**
 * Serves the hosts until `close` is called.
 *
 * @param {string} base portavoz's origin
 * @returns {Promise<{ address: (host: string, name?: string) => string, close: () => Promise<void> }>}
 */
export async function serveHosts(base) {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://host");
    const host = HOSTS[pathname.slice(1)];
    if (!host) return void response.writeHead(pathname === "/favicon.ico" ? 204 : 404).end();
    response.setHeader("content-type", "text/html; charset=utf-8");
    if (host.policy) response.setHeader("content-security-policy", host.policy.replaceAll("{base}", base));
    response.end(pageOf(host, base, searchParams.has("bare")));
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  return {
    address: (host, name = "127.0.0.1") => `http://${name}:${port}/${host}`,
    close: () => new Promise((closed) => server.close(() => closed())),
  };
}

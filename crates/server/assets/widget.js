// @ts-check
/**
 * The widget's loader: `<script src="https://host/widget.js" async></script>` on any page. It shows a button and, at
 * the first use, the chat page of its own server in a frame. What the two tell each other is in `frame.js`.
 *
 * Everything stands in a shadow tree outside of the host's `<body>`, with a constructed style sheet, which a policy
 * without `style-src` does not forbid. Inside a shadow tree `!important` beats the host's `!important`, so no rule of
 * the host reaches it, and nothing here reaches the host but the frozen global `portavoz`.
 *
 * It is sent without comments and indentation (`widget.rs`), and every visitor of the host downloads it: keep it small.
 */
(() => {
  /** A frame that has said nothing for so long was blocked, or its server is down. */
  const PATIENCE_MS = 8000;
  // The next two are put in by the server.
  const COLOUR = "#0f6b63";
  const OWNER = "portfolio";
  const TAG = "portavoz-widget";
  /** Where the panel fills the screen. */
  const NARROW = "(max-width:480px),(max-height:440px)";

  // Sizes are pixels: the host's root font size is none of our business. `--x` and `--w` are the distances from the
  // right and the left border, `--y` and `--h` the part of the screen that a virtual keyboard leaves free. Only what
  // does not stand in the way of the focus moves: a frame whose visibility is in transition cannot take it.
  const STYLE = [
    ":host{all:initial!important;direction:ltr!important;position:fixed!important;z-index:2147483647!important}",
    "div{--b:max(20px,env(safe-area-inset-bottom));--x:max(20px,env(safe-area-inset-right));--w:auto;--p:#f6f5f1;",
    "font:15px/1.5 system-ui,sans-serif;color:#1d2321}",
    ".left{--w:max(20px,env(safe-area-inset-left));--x:auto}",
    "*{box-sizing:border-box;transition:opacity .18s,transform .18s}",
    "button{padding:0;position:fixed;bottom:var(--b);right:var(--x);left:var(--w);width:56px;height:56px;display:grid;",
    "place-items:center;border:1px solid #0000;border-radius:50%;background:var(--c);color:var(--o);cursor:pointer;",
    "box-shadow:0 0 0 1px #fff6,0 6px 20px #0005}",
    "button:hover{transform:scale(1.06)}",
    ":focus-visible{outline:3px solid var(--c);outline-offset:3px;box-shadow:0 0 0 3px #fff}",
    "svg{grid-area:1/1;width:28px;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}",
    ".shown svg:first-child,div:not(.shown) svg+svg{opacity:0;transform:rotate(45deg)}",
    ".unread button:after{content:'';position:absolute;top:0;right:0;width:15px;height:15px;border-radius:50%;",
    "border:2px solid #fff;background:#c8321f}",
    "section{position:fixed;bottom:calc(var(--b) + 68px);right:var(--x);left:var(--w);width:400px;height:640px;",
    "max-height:calc(100vh - 108px);display:grid;overflow:hidden;border-radius:16px;background:var(--p);",
    "box-shadow:0 0 0 1px #8884,0 18px 48px #0006}",
    "div:not(.shown) section{opacity:0;visibility:hidden;transform:translateY(12px);",
    "transition:opacity .18s,transform .18s,visibility 0s .18s}",
    "section>*{grid-area:1/1}",
    "iframe{width:100%;height:100%;border:0}",
    "div:not(.ready) iframe{opacity:0}",
    "div:not(.failed) a,.ready a,.ready i,.failed i{display:none}",
    "i{place-self:center;width:26px;height:26px;border-radius:50%;border:3px solid var(--c);border-top-color:#0000;",
    "animation:i .8s linear infinite}",
    "@keyframes i{to{transform:rotate(1turn)}}",
    "a{place-self:center;margin:32px;padding:12px 20px;border-radius:12px;background:var(--c);color:var(--o);",
    "text-align:center;text-decoration:none}",
    `@media ${NARROW}{`,
    "section{top:var(--y);left:0;right:0;width:auto;height:var(--h);max-height:none;border-radius:0}",
    ".shown button{top:calc(var(--y) + 8px);right:8px;left:auto;width:44px;height:44px}",
    ".shown.ready button{display:none}}",
    "@media (prefers-color-scheme:dark){div{--p:#141917;color:#e8ece9}}",
    "@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}",
    "@media print{:host{display:none!important}}",
  ].join("");

  const script = /** @type {HTMLScriptElement} */ (
    document.currentScript ?? document.querySelector("script[src*='/widget.js']")
  );
  // Safari before 16.4 has no sheets of this kind, and sees no button.
  if (!script || !document.adoptedStyleSheets) return;
  const { origin } = new URL(script.src);
  const { site, language, position, colour, color, greeting, open: opensItself } = script.dataset;
  // The same word in all seven languages. The frame speaks the host's language, or else the visitor's.
  const title = `Chat · ${OWNER}`;
  const state = { left: false, shown: false, ready: false, failed: false, unread: false };

  const host = make(TAG);
  /** @type {ShadowRoot} */
  const shadow = host.attachShadow({ mode: "open" });
  // The panel comes first, so that Tab leads from its end to the button below it.
  const root = make("div", {}, shadow);
  const panel = make("section", { id: "panel", role: "dialog", "aria-label": title }, root);
  const launcher = make("button", { type: "button", "aria-controls": "panel", "aria-haspopup": "dialog" }, root);
  const view = /** @type {VisualViewport} */ (visualViewport);
  /** @type {HTMLIFrameElement | undefined} */
  let frame;
  /** Where the focus was when the panel opened. @type {any} */
  let before;

  if (document.body) start();
  else document.addEventListener("DOMContentLoaded", start);

  function start() {
    // A second script of the same page, or a host that runs its scripts again, changes nothing.
    if (document.querySelector(TAG)) return;
    style();
    make("i", {}, panel);
    make("a", { href: `${origin}/`, target: "_blank", rel: "noopener" }, panel).textContent = `${title} ↗`;
    draw("M5 4h14a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2h-7l-5 4v-4H5a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2ZM8 9h8M8 13h5");
    draw("M6 6l12 12M18 6L6 18");
    launcher.addEventListener("click", toggle);
    // Who points at the button is about to press it.
    launcher.addEventListener("pointerenter", load);
    launcher.addEventListener("focus", load);
    shadow.addEventListener("keydown", (event) => {
      if (/** @type {KeyboardEvent} */ (event).key === "Escape") close();
    });
    addEventListener("message", hear);
    // What the full screen covers must not be walked through unseen.
    addEventListener("focusin", ({ target }) => {
      if (state.shown && target !== host && matchMedia(NARROW).matches) focus();
    });
    document.addEventListener("securitypolicyviolation", ({ blockedURI }) => {
      if (frame && blockedURI.startsWith(origin)) fail();
    });
    for (const name of ["resize", "scroll"]) view.addEventListener(name, fit);
    fit();
    const isRtl = getComputedStyle(document.body).direction === "rtl";
    show({ left: position === "left" || (position !== "right" && (position === "start") !== isRtl) });
    // Beside the body and not in it: hosts transform, replace and count what is in there.
    document.documentElement.append(host);
    Object.assign(window, { portavoz: Object.freeze({ open, close, toggle }) });
    if (opensItself !== undefined && opensItself !== "false" && innerWidth > 767) reveal();
  }

  /** Brings the frame into the page, once. */
  function load() {
    if (frame) return;
    const query = new URLSearchParams({ host: location.origin });
    for (const [name, value] of Object.entries({
      site,
      colour: colour ?? color,
      greeting,
      language: language ?? document.documentElement.lang,
    })) {
      if (value) query.set(name, value);
    }
    frame = make("iframe", { title, allow: "clipboard-write", src: `${origin}/widget?${query}` }, panel);
    setTimeout(fail, PATIENCE_MS);
  }

  function reveal() {
    before = document.activeElement;
    load();
    show({ shown: true, unread: false });
  }

  function open() {
    if (state.shown) return;
    reveal();
    focus();
  }

  function close() {
    if (!state.shown) return;
    show({ shown: false });
    if (document.activeElement !== host) return;
    // To whatever of the host's opened it, if that takes it; otherwise to the button.
    before?.focus();
    if (document.activeElement === host || document.activeElement === document.body) launcher.focus();
  }

  function toggle() {
    if (state.shown) close();
    else open();
  }

  /** Puts the focus into the panel, or near it until there is something in it. */
  function focus() {
    if (state.ready) {
      frame?.focus();
      frame?.contentWindow?.postMessage({ portavoz: 1, type: "open" }, origin);
    } else launcher.focus();
  }

  /** @param {MessageEvent} event */
  function hear({ data, origin: from, source }) {
    if (!frame || source !== frame.contentWindow || from !== origin || data?.portavoz !== 1) return;
    const { type } = data;
    if (type === "refused") warn(`add "${location.origin}" to allowed_origins under [server] in portavoz.toml`);
    if (type === "ready" || type === "refused") {
      show({ ready: true });
      if (state.shown && shadow.activeElement === launcher) focus();
    }
    if (type === "close") close();
    if (type === "answered") show({ unread: !state.shown });
  }

  function fail() {
    if (state.ready || state.failed) return;
    show({ failed: true });
    warn(`${origin} is down, or blocked here: a Content-Security-Policy must have frame-src ${origin}`);
  }

  /** @param {Partial<typeof state>} change */
  function show(change) {
    Object.assign(state, change);
    for (const [name, is] of Object.entries(state)) root.classList.toggle(name, is);
    launcher.setAttribute("aria-expanded", `${state.shown}`);
    launcher.setAttribute("aria-label", state.unread ? `${title} (1)` : title);
  }

  /** @param {string} what */
  function warn(what) {
    console.warn(`portavoz: ${what}`);
  }

  /** While zoomed in, what shows is a part of the page and not the part beside a keyboard. */
  function fit() {
    if (view.scale > 1.01) return;
    root.style.setProperty("--h", `${view.height}px`);
    root.style.setProperty("--y", `${view.offsetTop}px`);
  }

  function style() {
    const own = colour ?? color ?? "";
    const rgb = /^#[\da-f]{6}$/i.test(own) ? own : COLOUR;
    // The sign on it is dark on light colours; it stands out 3:1 at least.
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => parseInt(rgb.slice(at, at + 2), 16));
    root.style.setProperty("--c", rgb);
    root.style.setProperty("--o", 3 * red + 6 * green + blue > 1500 ? "#111" : "#fff");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    shadow.adoptedStyleSheets = [sheet];
  }

  /** A sign of the button. @param {string} path */
  function draw(path) {
    const [drawing, line] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
    drawing?.setAttribute("viewBox", "0 0 24 24");
    line?.setAttribute("d", path);
    drawing?.append(line ?? "");
    launcher.append(drawing ?? "");
  }

  /**
   * @param {string} name
   * @param {Record<string, string>} [attributes]
   * @param {ParentNode} [parent]
   * @returns {any}
   */
  function make(name, attributes = {}, parent) {
    const made = document.createElement(name);
    for (const each of Object.keys(attributes)) made.setAttribute(each, attributes[each] ?? "");
    parent?.append(made);
    return made;
  }
})();

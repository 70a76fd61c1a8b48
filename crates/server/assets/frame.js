// @ts-check
/**
 * The frame's side of the widget: what the chat page tells the loader (`widget.js`) and hears from it.
 *
 * Every message is `{portavoz: 1, type, ...}`; another version or type is ignored, so that an old loader in a browser's
 * cache and a new page do each other no harm. From the frame: `ready`, `close`, `answered`, and `refused` of the page
 * that a host gets which is not allowed. To the frame: `open` (take the focus). Whose page it is in is in its address.
 */

const PROTOCOL = 1;

/**
 * Connects this page with the loader around it.
 *
 * @param {object} page
 * @param {() => void} page.opened the visitor opened the panel: put the cursor where they write
 * @returns {{ answered: () => void } | null} what the page tells; `null` if it stands alone
 */
export function framed({ opened }) {
  const host = new URL(location.href).searchParams.get("host");
  if (window.parent === window || !host) return null;
  const say = (/** @type {string} */ type) => {
    // To the host's origin alone: nobody else learns that a visitor is here.
    window.parent.postMessage({ portavoz: PROTOCOL, type }, host);
  };
  const close = () => say("close");
  addEventListener("message", ({ data, origin, source }) => {
    if (source !== window.parent || origin !== host || data?.portavoz !== PROTOCOL) return;
    if (data.type === "open") opened();
  });
  // Last of all: an Escape that stops an answer does not come so far, and one that closes something inside is done.
  addEventListener("keydown", ({ key, defaultPrevented }) => {
    if (key === "Escape" && !defaultPrevented && !hasLayer()) close();
  });
  document.getElementById("close")?.addEventListener("click", close);
  say("ready");
  return { answered: () => say("answered") };
}

/** Whether a dialog or menu is open, which takes the next Escape for itself. */
function hasLayer() {
  return document.querySelector("dialog[open], :popover-open") !== null;
}

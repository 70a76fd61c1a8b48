// @ts-check
/** Of the page that a host gets which is not allowed: says so to the loader, which tells the site's owner. */

// To any origin: that it is refused is what the visitor sees anyway.
window.parent.postMessage({ portavoz: 1, type: "refused" }, "*");

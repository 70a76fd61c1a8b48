// @ts-check
/** Brings the cited passage into view where the address does not already say `#place`. */

const place = document.getElementById("place");
if (place) {
  place.scrollIntoView({ block: "center" });
  place.focus({ preventScroll: true });
}

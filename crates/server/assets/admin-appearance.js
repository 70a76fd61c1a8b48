// @ts-check
/** Copy buttons, which are not there where nothing can be copied. */

for (const button of document.querySelectorAll("button.copy")) {
  if (!(button instanceof HTMLButtonElement) || !navigator.clipboard) continue;
  const words = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const copied = document.getElementById(button.dataset.copies ?? "");
    await navigator.clipboard.writeText(copied?.textContent ?? "");
    // The button's own words change, which is heard because it has the focus.
    button.textContent = button.dataset.done ?? words;
    setTimeout(() => (button.textContent = words), 2000);
  });
}

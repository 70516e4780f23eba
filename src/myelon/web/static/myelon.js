// Keyboard and figure entries. Everything works without it: tables and links carry the same.
const typing = (event) => event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey;

function open(entry) {
  const link = document.querySelector(`a[data-entry-link="${CSS.escape(entry)}"]`);
  if (link) link.click();
}

document.addEventListener("click", (event) => {
  const entry = event.target.closest("svg .entry");
  if (entry) open(entry.dataset.entry);
});

document.addEventListener("keydown", (event) => {
  const entry = event.target.closest("svg .entry");
  if (entry && (event.key === "Enter" || event.key === " ")) {
    event.preventDefault();
    open(entry.dataset.entry);
    return;
  }
  if (event.key === "Escape") {
    for (const why of document.querySelectorAll("details.why[open]")) {
      why.open = false;
      why.querySelector("summary").focus();
    }
    return;
  }
  if (typing(event)) return;
  const target = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (!target) return;
  event.preventDefault();
  if (target.tagName === "A") target.click();
  else if (target.tagName === "DETAILS") target.open = !target.open;
  else target.focus();
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});

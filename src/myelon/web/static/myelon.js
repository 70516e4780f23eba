// Keyboard and figure entries. Everything works without it: tables and links carry the same.
const typing = (event) => event.target.closest("input, select, textarea") || event.ctrlKey || event.metaKey || event.altKey;

function debounced(delay, act) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...given), delay);
  };
}

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
  if (target.matches("a, button, input[type=radio]")) target.click();
  else if (target.tagName === "DETAILS") target.open = !target.open;
  else target.focus();
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-submit-on-change]");
  if (form) form.requestSubmit();
});


// ── the WBB disc: a zone or a layer is its checkbox ────────────────────────────────────────────────────

function toggleZone(event) {
  const zone = event.target.closest("svg.wbb [data-zone]");
  const box = zone && document.querySelector(`#answers input[name="item.zones"][value="${zone.dataset.zone}"]`);
  if (!box) return false;
  box.click();
  return true;
}

document.addEventListener("click", toggleZone);
document.addEventListener("keydown", (event) => {
  if ((event.key === "Enter" || event.key === " ") && toggleZone(event)) event.preventDefault();
});

// ── controls that answer while they move ───────────────────────────────────────────────────────────────

let asked = null;

async function answerLive(form, quick) {
  asked?.abort();
  asked = new AbortController();
  const query = new URLSearchParams(new FormData(form));
  history.replaceState(history.state, "", `${form.action}?${query}`);
  if (quick) query.set("quick", "true");
  try {
    const answer = await fetch(`${form.action}?${query}`, { signal: asked.signal });
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(form.dataset.live);
    if (fresh) document.querySelector(form.dataset.live).replaceWith(fresh);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

const answerSoon = debounced(60, answerLive);

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-live]");
  if (!form) return;
  const output = event.target.closest("label")?.querySelector("output");
  if (output) output.textContent = event.target.value;
  answerSoon(form, event.target.type === "range");
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-live]");
  if (form) answerSoon(form, false);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});

// ── a figure as a picture ──────────────────────────────────────────────────────────────────────────────

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-png]");
  if (!button) return;
  const image = new Image();
  image.src = button.dataset.png;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width: image.naturalWidth * 2, height: image.naturalHeight * 2 });
  const pen = canvas.getContext("2d");
  pen.fillStyle = "#FFFFFF";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  const link = Object.assign(document.createElement("a"), { href: canvas.toDataURL("image/png"), download: button.dataset.name });
  link.click();
});

// ── forms: how a time is read, terms while typing, drafts ──────────────────────────────────────────────

const readWhen = debounced(250, async (field) => {
  const note = document.getElementById(field.getAttribute("aria-describedby"));
  const form = field.closest("form");
  const entry = form.elements._id ? form.elements._id.value : form.dataset.draft.split("/").pop();
  if (!field.value.trim()) {
    note.textContent = "";
    field.setCustomValidity("");
    return;
  }
  const query = new URLSearchParams({ words: field.value, entry, kind: form.elements._kind.value });
  const answer = await (await fetch(`${field.dataset.when}?${query}`)).json();
  note.textContent = answer.problem || answer.reading;
  note.classList.toggle("wrong", Boolean(answer.problem));
});

const suggestTerms = debounced(150, async (field) => {
  const terms = await (await fetch(`/ctcae.json?${new URLSearchParams({ q: field.value })}`)).json();
  const list = document.getElementById("terms");
  list.replaceChildren(...terms.map((term) => Object.assign(document.createElement("option"), { value: term.name })));
  const chosen = terms.find((term) => term.name.toLowerCase() === field.value.trim().toLowerCase());
  const grades = document.getElementById("grades");
  if (!grades) return;
  const lines = chosen ? chosen.grades.map((words, n) => `Grade ${n + 1}: ${words || "–"}`) : [];
  grades.replaceChildren(
    ...lines.map((words) => Object.assign(document.createElement("p"), { textContent: words })),
  );
});

let typed = false; // since the draft was kept

function saveDraft(form) {
  typed = false;
  const values = [...new FormData(form)].filter(([name]) => !name.startsWith("_expected"));
  localStorage.setItem(`draft:${form.dataset.draft}`, JSON.stringify({ at: Date.now(), version: form.dataset.version, values }));
  document.getElementById("draft").textContent = "Draft kept in this browser.";
}

const keepDraft = debounced(400, saveDraft);

const numberOf = (row, stem) => Number(row.querySelector("[name]").name.slice(stem.length + 1).split(".")[0]);

/** A row more under a table whose last row is in use; its controls bear the next number. */
function addRow(table) {
  const stem = table.dataset.rows;
  const last = table.tBodies[0].lastElementChild;
  const number = numberOf(last, stem);
  const row = last.cloneNode(true);
  const [before, after] = [`${stem}.${number}.`, `${stem}.${number + 1}.`];
  const dashed = (name) => name.replaceAll(".", "-");
  for (const part of row.querySelectorAll("[name], [id], [for]")) {
    for (const attribute of ["name", "id", "for", "aria-describedby"]) {
      const value = part.getAttribute(attribute);
      if (value) part.setAttribute(attribute, value.replace(before, after).replace(dashed(before), dashed(after)));
    }
    if (part.type === "checkbox") part.checked = false;
    else if (part.matches("input:not([type=hidden]), textarea, select")) part.value = "";
  }
  for (const label of row.querySelectorAll("label.skip")) label.textContent = label.textContent.replace(/\d+$/, number + 2);
  for (const wrong of row.querySelectorAll(".wrong")) wrong.remove();
  table.tBodies[0].append(row);
}

function growRows(field) {
  const table = field.closest("table[data-rows]");
  if (table && field.value && field.closest("tr") === table.tBodies[0].lastElementChild) addRow(table);
}

function restoreDraft(form, draft) {
  const values = new Map();
  for (const [name, value] of draft.values) values.set(name, [...(values.get(name) || []), value]);
  for (const table of form.querySelectorAll("table[data-rows]")) {
    const stem = `${table.dataset.rows}.`;
    const numbers = [...values.keys()].filter((n) => n.startsWith(stem)).map((n) => Number(n.slice(stem.length).split(".")[0]));
    const most = Math.max(-1, ...numbers.filter(Number.isFinite));
    while (numberOf(table.tBodies[0].lastElementChild, table.dataset.rows) < most) addRow(table);
  }
  for (const field of form.elements) {
    if (!field.name || field.type === "hidden") continue;
    const held = values.get(field.name) || [];
    if (field.type === "checkbox") field.checked = held.includes(field.value);
    else field.value = held.shift() ?? "";
  }
}

function offerDraft(form) {
  const kept = localStorage.getItem(`draft:${form.dataset.draft}`);
  if (!kept) return;
  const draft = JSON.parse(kept);
  const note = document.getElementById("draft");
  const button = (words, act) => {
    const made = Object.assign(document.createElement("button"), { type: "button", textContent: words });
    made.addEventListener("click", act);
    return made;
  };
  note.replaceChildren(
    `A draft of ${new Date(draft.at).toLocaleString()} was not saved. `,
    button("Restore it", () => { restoreDraft(form, draft); note.textContent = "The draft stands in the form."; }),
    button("Drop it", () => { localStorage.removeItem(`draft:${form.dataset.draft}`); note.textContent = ""; }),
  );
}

function begin() {
  const saved = document.querySelector("[data-saved]");
  if (saved) localStorage.removeItem(`draft:${saved.dataset.saved}`);
  const form = document.querySelector("form[data-draft]");
  if (!form) return;
  offerDraft(form);
  form.addEventListener("submit", () => { typed = false; });
  window.addEventListener("pagehide", () => { if (typed) saveDraft(form); }); // what was typed last is not lost
  form.addEventListener("input", (event) => {
    typed = true;
    keepDraft(form);
    growRows(event.target);
    if (event.target.dataset.when) readWhen(event.target);
    if (event.target.matches("[data-ctcae]")) suggestTerms(event.target);
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
}

begin();

// Planes through one point, and the tools that measure on them. Without it the forms do the same, a page at a time.
const form = document.querySelector("form[data-viewer]");
const measure = document.getElementById("measure");
const panes = [...document.querySelectorAll(".pane")];
const own = panes.filter((pane) => !pane.classList.contains("linked"));
const waiting = new Map();
const axes = ["x", "y", "z"];

const point = () => Object.fromEntries(axes.map((axis) => [axis, Number(form.elements[axis].value)]));
const tool = () => measure?.elements.tool.value ?? "look";
const comma = (at) => axes.map((axis) => at[axis].toFixed(2)).join(",");

async function latest(key, address, act) {
  waiting.get(key)?.abort();
  const control = new AbortController();
  waiting.set(key, control);
  try {
    const answer = await fetch(address, { signal: control.signal });
    if (answer.ok) act(await answer.text());
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function query() {
  const asked = new URLSearchParams(new FormData(form));
  for (const [axis, value] of Object.entries(point())) asked.set(axis, value.toFixed(3));
  return asked;
}

function draw(pane) {
  const address = new URL(pane.dataset.src, location.href);
  for (const [name, value] of query()) address.searchParams.set(name, value);
  latest(pane, address, (svg) => { pane.innerHTML = svg; });
}

/** Where a point lies on a pane, in the units of its picture. */
function onPane(pane, at) {
  const scale = pane.querySelector("svg").viewBox.baseVal.width / Number(pane.dataset.width);
  return [
    (at[pane.dataset.across] - pane.dataset.left) * scale,
    (at[pane.dataset.down] - pane.dataset.top) * pane.dataset.downward * scale,
  ];
}

/** The point of the image under the pointer. */
function under(pane, event) {
  const box = pane.querySelector("svg").getBoundingClientRect();
  const perMm = box.width / Number(pane.dataset.width);
  return {
    ...point(),
    [pane.dataset.across]: Number(pane.dataset.left) + (event.clientX - box.left) / perMm,
    [pane.dataset.down]: Number(pane.dataset.top) + (pane.dataset.downward * (event.clientY - box.top)) / perMm,
  };
}

function drawCross(pane) {
  const [x, y] = onPane(pane, point());
  const svg = pane.querySelector("svg");
  const [across, down] = [svg.querySelector(".cross.across"), svg.querySelector(".cross.down")];
  for (const end of ["x1", "x2"]) across.setAttribute(end, x);
  for (const end of ["y1", "y2"]) down.setAttribute(end, y);
}

/** Move the point: planes whose cut moved are drawn anew, on the others only the cross moves. */
function moveTo(changes) {
  for (const [axis, value] of Object.entries(changes)) {
    form.elements[axis].value = value;
    form.elements[axis].closest("label").querySelector("output").textContent = value.toFixed(1).replace("-", "−");
  }
  for (const pane of panes) {
    if (!own.includes(pane) || pane.dataset.cut in changes) draw(pane);
    else drawCross(pane);
  }
  const asked = query();
  history.replaceState(history.state, "", `${form.action}?${asked}`);
  document.querySelectorAll("[data-figure]").forEach((link) => {
    const address = `${link.dataset.figure}?alone=true&${asked}`;
    if (link.dataset.png) link.dataset.png = address;
    else link.href = address;
  });
  latest("read-out", `${form.dataset.viewer}?${asked}`, (words) => {
    document.getElementById("read-out").innerHTML = words;
  });
}

function step(pane, distance) {
  const axis = pane.dataset.cut;
  const input = form.elements[axis];
  moveTo({ [axis]: Math.min(Math.max(point()[axis] + distance, Number(input.min)), Number(input.max)) });
}

/** The line of the tool on a pane, its ends in the form, and its length. */
function drawLine(pane, from, to) {
  const svg = pane.querySelector("svg");
  document.querySelectorAll(".calliper").forEach((line) => line.remove());
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  const ends = [...onPane(pane, from), ...onPane(pane, to)];
  ["x1", "y1", "x2", "y2"].forEach((name, n) => line.setAttribute(name, ends[n]));
  line.setAttribute("class", "calliper");
  svg.append(line);
  measure.elements.start.value = comma(from);
  measure.elements.end.value = comma(to);
  measure.elements.view.value = pane.dataset.view;
  const length = Math.hypot(...axes.map((axis) => to[axis] - from[axis]));
  document.getElementById("length").textContent = tool() === "mark" ? "" : `${length.toFixed(1)} mm`;
}

for (const pane of own) {
  let from = null;
  pane.addEventListener("pointerdown", (event) => {
    if (tool() === "look") return;
    event.preventDefault();
    pane.setPointerCapture(event.pointerId);
    from = under(pane, event);
    drawLine(pane, from, from);
  });
  pane.addEventListener("pointermove", (event) => { if (from && tool() !== "mark") drawLine(pane, from, under(pane, event)); });
  pane.addEventListener("pointerup", () => { from = null; });
  pane.addEventListener("click", (event) => {
    if (tool() !== "look") return;
    const at = under(pane, event);
    moveTo({ [pane.dataset.across]: at[pane.dataset.across], [pane.dataset.down]: at[pane.dataset.down] });
  });
  pane.addEventListener("wheel", (event) => {
    event.preventDefault();
    step(pane, -Math.sign(event.deltaY) * (event.shiftKey ? 5 : 1));
  }, { passive: false });
  pane.addEventListener("keydown", (event) => {
    const way = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!way) return;
    event.preventDefault();
    step(pane, way * (event.shiftKey ? 5 : 1));
  });
}

form.addEventListener("input", (event) => {
  if (event.target.type === "range") moveTo({ [event.target.name]: Number(event.target.value) });
});
form.addEventListener("change", (event) => {
  if (event.target.tagName !== "SELECT") return;
  if ("whole" in event.target.dataset) form.submit();
  else panes.forEach(draw);
});

/** Only the fields of the chosen tool; a mark is kept at another address. */
function choose() {
  const chosen = tool();
  const word = { "level span": "span" }[chosen] ?? chosen;
  measure.querySelectorAll("[data-for]").forEach((label) => { label.hidden = !label.dataset.for.split(" ").includes(word); });
  measure.setAttribute("action", chosen === "mark" ? measure.dataset.mark : form.dataset.viewer.replace(/at$/, "measure"));
  own.forEach((pane) => pane.classList.toggle("drawing", chosen !== "look"));
}
if (measure) {
  measure.addEventListener("change", (event) => { if (event.target.name === "tool") choose(); });
  form.addEventListener("change", () => { measure.elements.window.value = form.elements.window.value; });
  choose();
}

// Three planes through one point. Without it the form does the same, a page at a time.
const form = document.querySelector("form[data-viewer]");
const panes = [...document.querySelectorAll(".pane")];
const waiting = new Map();

const point = () => Object.fromEntries(["x", "y", "z"].map((axis) => [axis, Number(form.elements[axis].value)]));
const mm = (value) => value.toFixed(3);

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
  const at = point();
  return new URLSearchParams({
    x: mm(at.x), y: mm(at.y), z: mm(at.z), show: form.elements.show.value, lines: form.elements.lines.value,
  });
}

function draw(pane) {
  latest(pane, `${form.dataset.viewer}/slice/${pane.dataset.view}.svg?${query()}`, (svg) => { pane.innerHTML = svg; });
}

function drawCross(pane) {
  const at = point();
  const svg = pane.querySelector("svg");
  const scale = svg.viewBox.baseVal.width / Number(pane.dataset.width);
  const x = (at[pane.dataset.across] - pane.dataset.left) * scale;
  const y = (at[pane.dataset.down] - pane.dataset.top) * pane.dataset.downward * scale;
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
    if (pane.dataset.cut in changes) draw(pane);
    else drawCross(pane);
  }
  const asked = query();
  history.replaceState(history.state, "", `${form.action}?${asked}`);
  latest("read-out", `${form.dataset.viewer}/dose-at?${asked}`, (words) => {
    document.getElementById("dose-at").innerHTML = words;
  });
}

function step(pane, distance) {
  const axis = pane.dataset.cut;
  const input = form.elements[axis];
  moveTo({ [axis]: Math.min(Math.max(point()[axis] + distance, Number(input.min)), Number(input.max)) });
}

for (const pane of panes) {
  pane.addEventListener("click", (event) => {
    const svg = pane.querySelector("svg");
    const box = svg.getBoundingClientRect();
    const perMm = box.width / Number(pane.dataset.width);
    moveTo({
      [pane.dataset.across]: Number(pane.dataset.left) + (event.clientX - box.left) / perMm,
      [pane.dataset.down]: Number(pane.dataset.top) + (pane.dataset.downward * (event.clientY - box.top)) / perMm,
    });
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
  if (event.target.tagName === "SELECT") panes.forEach(draw);
});

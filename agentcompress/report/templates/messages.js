// The messages of a request as cards: those that stand as before are taken together.

const SYMBOLS = { system: "S", user: "U", assistant: "A", tool: "T" };

function tokensOf({ state, before, after }) {
  return state === "shortened" || state === "folded"
    ? `${number.format(before)} → ${plural(after, "token")}` : plural(after, "token");
}

function preview(run, view) {
  const said = view.state === "folded" ? run.texts[view.text].slice(0, 600)
    : run.stretches(view).filter(({ kind }) => kind === "kept" || kind === "added").map(({ text }) => text).join("").slice(0, 600);
  return said.replace(/\s+/g, " ").trim().slice(0, 220);
}

function card(run, view, { query = "", open = false, fresh = false } = {}) {
  const whole = Math.max(view.before, view.after, 1);
  const meter = draw("svg", { class: "meter", width: 64, height: 6, "aria-hidden": true },
    draw("rect", { class: "trough", width: 64, height: 6, rx: 3 }),
    draw("rect", { class: view.state, width: (64 * view.after / whole).toFixed(1), height: 6, rx: 3 }));
  const glimpse = preview(run, view);
  const node = make("details", { class: `message ${view.state}`, "data-view": view.id },
    make("summary", null,
      make("span", { class: `role ${view.role}`, "aria-hidden": true }, SYMBOLS[view.role] ?? "·"),
      make("span", { class: "who" }, make("b", null, view.role), view.label && make("code", null, marked(view.label, query))),
      fresh && make("span", { class: "badge fresh" }, "new here"),
      make("span", { class: `badge ${view.state}` }, view.state === "folded" ? "folded away" : view.state),
      make("span", { class: "count" }, meter, tokensOf(view)),
      glimpse && make("span", { class: "glimpse" }, glimpse),
      view.frames.length > 0 && make("span", { class: "frames" }, view.frames.map((frame) => figure(run, frame)))));
  const fill = () => node.open && !node.querySelector("pre") && view.spans.length && node.append(textNode(run, view, { query, open: page.expanded }));
  node.addEventListener("toggle", fill);
  node.open = open && view.spans.length > 0;
  fill();
  return node;
}

// An image: what of it was sent in its colours, the rest grey.
function figure(run, [fate, index, kept, reason]) {
  const [url, width, height, ...extent] = run.pictures[index] ?? [""];
  const said = { role: "img", "aria-label": `Image of this message: ${fate}` };
  const picture = url ? draw("svg", { viewBox: `0 0 ${extent.join(" ")}`, width, height, ...said },
    image(url, extent, { class: "gone" }),
    kept.map(([left, top, right, bottom]) => draw("svg",
      { x: left, y: top, width: right - left, height: bottom - top, viewBox: `${left} ${top} ${right - left} ${bottom - top}` },
      image(url, extent)))) : make("span", { class: "unread", ...said }, index === null ? "cannot be read" : "no room in this file");
  return make("span", { class: "figure" }, picture, make("span", { class: "fate" }, fate, make("small", null, run.rule(reason))));
}

function image(href, [width, height], attributes) {
  return draw("image", { href, width, height, preserveAspectRatio: "none", ...attributes });
}

// Rows of a request: a card for what is new, a line for a stretch of what stands as before.
function rowsOf(run, ids, before) {
  const rows = [];
  for (const id of ids) {
    const view = run.views[id], same = before.has(id), last = rows.at(-1);
    if (!same) rows.push({ view });
    else if (last?.same && (last.same[0].state === "folded") === (view.state === "folded")) last.same.push(view);
    else rows.push({ same: [view] });
  }
  return rows;
}

function rowNode(run, { view, same }, options) {
  if (view) return card(run, view, options);
  const gone = same[0].state === "folded";
  const tokens = same.reduce((sum, one) => sum + (gone ? one.before : one.after), 0);
  const words = gone ? `${plural(same.length, "message")} folded away earlier, ${plural(tokens, "token")}`
    : `${plural(same.length, "message")} as before, ${plural(tokens, "token")}`;
  const node = make("details", { class: `same ${gone ? "folded" : ""}` }, make("summary", null, words));
  node.addEventListener("toggle", () => {
    if (node.open && node.childElementCount === 1) longList(node, same, (one) => card(run, one, options));
  });
  return node;
}

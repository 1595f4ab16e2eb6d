// A message's text: what the model read, with what was left out folded into it.

const LITTLE = 24;
const LEFT = { condensed: "condensed", merged: "merged", dropped: "left out" };

function measured(text) {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return lines > 1 ? plural(lines, "line") : plural(text.length, "character");
}

// A text as nodes, with what is searched for marked.
function marked(text, query) {
  if (!query) return [text];
  const nodes = [], low = text.toLowerCase();
  let at = 0;
  // Lower case may be longer than what it stands for; then nothing can be marked by place.
  for (let found = low.length === text.length ? low.indexOf(query) : -1; found >= 0; found = low.indexOf(query, at)) {
    nodes.push(text.slice(at, found), make("mark", null, text.slice(found, found + query.length)));
    at = found + query.length;
  }
  return [...nodes, text.slice(at)];
}

function stretchNode({ kind, text, why }, query) {
  const name = kind === "added" ? "ins" : kind === "kept" ? "span" : "del";
  return make(name, { class: kind, "data-why": why || (kind === "added" ? "added: our own words" : kind) }, marked(text, query));
}

// Neighbouring stretches that are not there: one button, and behind it what they say.
function gapNode(stretches, query, open) {
  const all = stretches.map(({ text }) => text).join("");
  // A bracket or a word takes less room than a button that says it is gone.
  if (all.length <= LITTLE && !all.trim().includes("\n")) return stretches.map((stretch) => stretchNode(stretch, query));
  const counts = new Map();
  for (const { kind, text } of stretches) counts.set(kind, (counts.get(kind) ?? "") + text);
  const most = [...counts].sort((one, other) => other[1].length - one[1].length)[0][0];
  const words = [...counts].map(([kind, text]) => `${measured(text)} ${LEFT[kind]}`).join(", ");
  const reasons = [...new Set(stretches.map(({ why }) => why.replace(/ \(.*/, "")).filter(Boolean))];
  const inside = make("span", { class: "gone", hidden: true });
  const button = make("button", {
    class: `gap ${most}`, type: "button", "aria-expanded": "false", "data-why": reasons.slice(0, 4).join("; ") || null,
    onclick: () => toggle(inside.hidden),
  }, words);
  function toggle(show) {
    if (show && !inside.childNodes.length) inside.append(...stretches.map((stretch) => stretchNode(stretch, query)));
    inside.hidden = !show;
    button.setAttribute("aria-expanded", String(show));
  }
  button.show = toggle;
  if (open || (query && stretches.some(({ text }) => text.toLowerCase().includes(query)))) toggle(true);
  return [button, inside];
}

function textNode(run, view, { query = "", open = false } = {}) {
  const stretches = run.stretches(view), nodes = [];
  for (let at = 0; at < stretches.length;) {
    let end = at;
    while (end < stretches.length && stretches[end].kind in LEFT) end++;
    if (end > at) nodes.push(...gapNode(stretches.slice(at, end), query, open || view.state === "folded"));
    else nodes.push(stretchNode(stretches[end++], query));
    at = end;
  }
  const pre = make("pre", {
    tabindex: 0, class: view.state, "aria-label": "Text; arrow keys go from stretch to stretch and say why it is shown or not",
    onkeydown: (event) => walk(pre, event), onblur: () => leave(pre),
    onpointerover: ({ target, clientX, clientY }) => {
      const why = target.closest("[data-why]")?.dataset.why;
      if (why) tip.show(why, clientX, clientY); else tip.hide();
    },
    onpointerleave: () => tip.hide(),
  }, nodes);
  return pre;
}

function leave(pre) {
  pre.querySelector(".here")?.classList.remove("here");
  tip.hide();
}

// By keyboard: the stretch before or behind, and its reason.
function walk(pre, event) {
  const move = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!move || event.target !== pre) return;
  event.preventDefault();
  const all = [...pre.querySelectorAll("[data-why]")].filter((one) => one.getClientRects().length);
  const next = all[Math.max(0, Math.min(all.length - 1, all.findIndex((one) => one.classList.contains("here")) + move))];
  leave(pre);
  if (!next) return;
  next.classList.add("here");
  next.scrollIntoView({ block: "nearest" });
  const box = next.getClientRects()[0];
  tip.show(next.dataset.why, box.left, box.top);
  say(next.dataset.why);
}

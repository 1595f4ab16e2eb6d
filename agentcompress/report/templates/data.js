"use strict";
// The data of a run: what Python packed, and the questions that the page asks of it.

const KINDS = ["kept", "condensed", "merged", "dropped", "added"];
const STATES = ["kept", "shortened", "folded", "added"];
const number = new Intl.NumberFormat("en");
const percent = (share) => `${Math.round(100 * share)}%`;
const plural = (count, word) => `${number.format(count)} ${word}${count === 1 ? "" : "s"}`;

async function unpacked(id) {
  const coded = atob(document.getElementById(id).textContent);
  const bytes = new Uint8Array(coded.length);
  for (let at = 0; at < coded.length; at++) bytes[at] = coded.charCodeAt(at);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Run(await new Response(stream).json());
}

class Run {
  constructor(data) {
    this.title = data.title;
    this.notes = data.notes;
    this.categories = data.categories;
    this.held = data.held;
    this.pictures = data.pictures;
    this.clip = data.clip;
    this.texts = data.texts.map((text) => new Text(text));
    this.reasons = data.reasons;
    this.steps = data.steps.map(([action, ceiling, before, after, cached, ms, evicted, sent, events, keep, runs], index) => (
      { index, action, ceiling, before, after, cached, ms, evicted: Boolean(evicted), sent, events, keep, runs }
    ));
    this.views = data.views.map(([role, label, state, before, after, text, spans, frames], id) => (
      { id, role, label, state: STATES[state], before, after, text, spans, frames }
    ));
  }

  // The views of a request in order: each step says how many of the one before stay, and which follow.
  at(step) {
    const list = [];
    for (const { keep, runs } of this.steps.slice(0, step + 1)) {
      list.length = keep;
      for (let at = 0; at < runs.length; at += 2) {
        for (let id = runs[at]; id <= runs[at + 1]; id++) list.push(id);
      }
    }
    return list;
  }

  total(name) {
    return this.steps.reduce((sum, step) => sum + step[name], 0);
  }

  // The stretches of a view: what became of each, its text, and why.
  stretches(view) {
    let at = 0;
    return view.spans.map(([kind, length, reason]) => {
      if (KINDS[kind] === "added") return { kind: "added", text: this.texts[length].slice(0, Infinity) };
      const text = this.texts[view.text].slice(at, at + length);
      at += length;
      return { kind: KINDS[kind], text, why: reason === undefined ? "" : this.why(KINDS[kind], reason) };
    });
  }

  // The rule alone, as people read it beside an image.
  rule(index) {
    return index === undefined ? "" : this.reasons[index][0];
  }

  why(kind, index) {
    const [why, segment, tokens, score] = this.reasons[index];
    const scored = score === null ? "" : `, score ${score.toFixed(2)}`;
    return `${kind}: ${why} (${segment}, ${plural(tokens, "token")}${scored})`;
  }
}

// A text, of which a large report may have lost the middle.
class Text {
  constructor(packed) {
    [this.head, this.tail, this.length] = Array.isArray(packed) ? packed : [packed, "", packed.length];
  }

  get all() {
    return this.tail ? this.slice(0, this.length) : this.head;
  }

  slice(start, end) {
    end = Math.min(end, this.length);
    const gap = this.head.length, back = this.length - this.tail.length;
    if (!this.tail || end <= gap) return this.head.slice(start, end);
    const missing = Math.min(end, back) - Math.max(start, gap);
    const mark = missing > 0 ? ` [… ${plural(missing, "character")} not in this report …] ` : "";
    const behind = end > back ? this.tail.slice(Math.max(0, start - back), end - back) : "";
    return this.head.slice(start, gap) + mark + behind;
  }
}

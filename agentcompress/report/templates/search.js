// Search through everything that was said in a run, whether the model still saw it or not.

const MOST_HITS = 60, AROUND = 60;

class Search {
  constructor(open) {
    this.open = open;
    this.input = byId("query");
    this.hits = byId("hits");
    this.input.addEventListener("input", () => { clearTimeout(this.waiting); this.waiting = setTimeout(() => this.find(), 120); });
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("focus", () => this.query && (this.hits.hidden = false));
    this.hits.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("pointerdown", ({ target }) => { if (!target.closest(".find")) this.hits.hidden = true; });
  }

  get query() {
    return this.input.value.trim().toLowerCase();
  }

  use(run) {
    this.run = run;
    this.low = null;
  }

  // Made for the first question: a page should not open later for it.
  index() {
    const { run } = this;
    this.low = run.texts.map((text) => text.all.toLowerCase());
    // Of each text the first view, and of each view the first step.
    this.first = new Map();
    const steps = this.steps = new Map();
    run.steps.forEach(({ runs, index }) => {
      for (let at = 0; at < runs.length; at += 2) for (let id = runs[at]; id <= runs[at + 1]; id++) if (!steps.has(id)) steps.set(id, index);
    });
    run.views.forEach((view) => {
      const texts = [view.text, ...view.spans.filter(([kind]) => KINDS[kind] === "added").map(([, text]) => text)];
      for (const text of texts) if (!this.first.has(text)) this.first.set(text, view);
    });
  }

  find() {
    const { query, run } = this;
    if (!this.low) this.index();
    page.remember();
    if (!query) {
      this.hits.hidden = true;
      return this.hits.replaceChildren();
    }
    const found = [], seen = new Set();
    this.low.forEach((text, index) => {
      const at = text.indexOf(query), message = this.first.get(index)?.text;
      // A message may say it in its own words and in ours.
      if (at < 0 || message === undefined || seen.has(message)) return;
      seen.add(message);
      found.push({ index, at });
    });
    // Calls stand in no text.
    for (const view of run.views) {
      const call = `${view.text} ${view.label}`;
      if (view.role !== "assistant" || seen.has(view.text) || seen.has(call) || !view.label.toLowerCase().includes(query)) continue;
      seen.add(call);
      found.push({ view, index: view.text, at: 0 });
    }
    this.hits.replaceChildren(
      make("p", { class: "none" }, found.length ? plural(found.length, "message") : "Nothing found", found.length > MOST_HITS && `, the first ${MOST_HITS} shown`),
      ...found.slice(0, MOST_HITS).map((hit) => this.row(hit, query)));
    this.hits.hidden = false;
    say(plural(found.length, "message"));
  }

  row({ index, at, view = this.first.get(index) }, query) {
    const step = this.steps.get(view.id) ?? 0, text = this.run.texts[index].all;
    const begin = Math.max(0, at - AROUND);
    const snippet = (begin ? "…" : "") + text.slice(begin, at + query.length + 2 * AROUND).replace(/\s+/g, " ");
    return make("button", { class: "hit", type: "button", onclick: () => { this.hits.hidden = true; this.open(step, view.id, query); } },
      make("span", null, make("b", null, view.role), view.label && make("code", null, marked(view.label, query)),
        this.run.steps.length > 1 && make("span", { class: "count" }, `step ${number.format(step + 1)}`)),
      make("span", { class: "glimpse" }, marked(snippet, query.replace(/\s+/g, " "))));
  }

  key(event) {
    const rows = [...this.hits.querySelectorAll(".hit")], here = rows.indexOf(document.activeElement);
    if (event.key === "Escape") { this.hits.hidden = true; this.input.focus(); }
    else if (event.key === "Enter" && document.activeElement === this.input) rows[0]?.click();
    else if (event.key === "ArrowDown") (rows[here + 1] ?? rows[here])?.focus();
    else if (event.key === "ArrowUp") (here > 0 ? rows[here - 1] : this.input).focus();
    else return;
    event.preventDefault();
  }
}

// The page: a run, its figures, and where one is in it, which the address keeps.

const THEMES = { auto: "Theme: automatic", light: "Theme: light", dark: "Theme: dark" };

const page = {
  number: 1,
  step: 0,
  expanded: false,

  async open(name, step, query) {
    this.number = name;
    this.run = await unpacked(`run-${name}`);
    const { run } = this, select = (to) => this.go(to);
    this.chart = run.steps.length > 1 ? new Chart(run, select) : null;
    this.list = run.steps.length > 1 ? new StepList(run, select) : null;
    this.request = new Request(run, select);
    const report = byId("report");
    report.replaceChildren(figures(run), ...this.body());
    report.className = this.list ? "many" : "one";
    this.search.use(run);
    if (query) this.search.input.value = query;
    const last = run.steps.length - 1, telling = run.steps.findLastIndex((one) => one.evicted);
    if (run.steps.length) this.go(Math.min(step ?? (telling < 0 ? last : telling), last));
    if (query) this.search.find();
    report.setAttribute("aria-busy", "false");
  },

  body() {
    const { run } = this;
    if (!run.steps.length) return [make("p", { class: "card none" }, "This run made no request.")];
    if (!this.list) return [comparison(run), this.request.element];
    return [this.chart.element, make("div", { class: "columns" }, this.list.element, this.request.element)];
  },

  go(step, options) {
    this.step = step;
    this.list?.mark(step);
    this.chart?.mark(step);
    this.request.show(step, options);
    this.remember();
  },

  remember() {
    const where = new URLSearchParams();
    if (this.number !== 1) where.set("run", this.number);
    if (this.run.steps.length > 1) where.set("step", this.step + 1);
    if (this.search.query) where.set("q", this.search.input.value.trim());
    history.replaceState(null, "", `#${where}`);
  },

  start() {
    this.search = new Search((step, view, query) => this.go(step, { view, query }));
    const where = new URLSearchParams(location.hash.slice(1));
    const known = (name) => (byId(`run-${name}`) ? Number(name) : 1);
    const step = Number.parseInt(where.get("step"), 10);
    const picker = byId("run");
    if (picker) {
      picker.value = known(where.get("run"));
      picker.addEventListener("change", () => this.open(Number(picker.value)));
    }
    theme(stored.theme ?? "auto");
    byId("theme").addEventListener("click", () => {
      const names = Object.keys(THEMES), next = names[(names.indexOf(document.documentElement.dataset.theme) + 1) % names.length];
      theme(next);
      stored.theme = next;
    });
    document.addEventListener("keydown", (event) => this.key(event));
    document.addEventListener("wheel", () => tip.hide(), { passive: true });
    return this.open(known(where.get("run")), step > 0 ? step - 1 : undefined, where.get("q") ?? "");
  },

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    const move = { j: 1, k: -1, n: 1, p: -1 }[event.key];
    if (event.key === "/") this.search.input.focus();
    else if (event.key === "Escape") tip.hide();
    else if (move && this.run.steps[this.step + move]) this.go(this.step + move);
    else return;
    event.preventDefault();
  },
};

function theme(name) {
  document.documentElement.dataset.theme = name in THEMES ? name : "auto";
  byId("theme").setAttribute("aria-label", `${THEMES[document.documentElement.dataset.theme]}; change`);
  byId("theme").title = THEMES[document.documentElement.dataset.theme];
}

function figures(run) {
  const { steps } = run, before = run.total("before"), after = run.total("after"), many = steps.length > 1;
  const largest = steps.reduce((top, step) => (step.after > top.after ? step : top), steps[0] ?? { after: 0, ceiling: 0 });
  const asked = steps.reduce((sum, step) => sum + step.events.filter(([kind]) => kind === "recalled").length, 0);
  const evictions = steps.filter((step) => step.evicted).length;
  const rows = [
    [many ? "fewer tokens in these requests" : "fewer tokens", percent(before ? 1 - after / before : 0), `${number.format(after)} sent instead of ${number.format(before)}`],
    [many ? "largest request" : "request", number.format(largest.after), `of ${plural(largest.ceiling, "token")} allowed`],
  ];
  if (many) rows.push(["from the prompt cache", percent(after ? run.total("cached") / after : 0), "of the tokens sent"],
    [evictions === 1 ? "eviction" : "evictions", number.format(evictions), `in ${plural(steps.length, "request")}`]);
  if (asked) rows.push(["asked back", number.format(asked), "by the recall tool"]);
  const notes = run.notes.map(([name, value]) => make("div", null, make("dt", null, name), make("dd", null, value)));
  return make("div", null,
    make("dl", { class: "figures" }, rows.map(([name, value, hint]) =>
      make("div", { class: "card" }, make("dt", null, name), make("dd", null, make("b", null, value), hint)))),
    notes.length > 0 && make("dl", { class: "remarks" }, notes),
    run.clip && make("p", { class: "none" }, `To keep this file small, texts over ${plural(run.clip, "character")} lost their middle.`));
}

page.start().then(
  () => { document.documentElement.dataset.ready = Math.round(performance.now()); },
  (error) => {
    byId("report").replaceChildren(make("p", { class: "card" }, `This page could not be drawn: ${error.message}`));
    document.documentElement.dataset.failed = error.message;
    throw error;
  },
);

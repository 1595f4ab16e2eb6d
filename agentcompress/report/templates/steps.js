// The steps of a run to choose from, what its memory did, and the request of the step that is chosen.

const EVENTS = { evicted: "eviction", condensed: "condensed on arrival", recalled: "asked back", returned: "came back unasked" };
const FILTERS = ["all", "new here", ...STATES];

function stepRow(run, step, select) {
  const share = Math.min(100 * step.after / Math.max(step.ceiling, 1), 100);
  return make("button", { class: "step", type: "button", "data-step": step.index, onclick: () => select(step.index) },
    make("span", { class: "number" }, number.format(step.index + 1)),
    make("span", { class: "action" }, step.action || "…"),
    step.evicted && make("i", { class: "wedge", title: "eviction" }),
    step.events.some(([kind]) => kind === "recalled" || kind === "returned") && make("i", { class: "gem", title: "recalled" }),
    draw("svg", { class: "meter", width: "100%", height: 4, "aria-hidden": true },
      draw("rect", { class: "trough", width: "100%", height: 4, rx: 2 }),
      draw("rect", { class: "fill", width: `${share}%`, height: 4, rx: 2 })),
    make("span", { class: "count" }, number.format(step.after)));
}

function eventRows(run, select) {
  const all = run.steps.flatMap((step) => step.events.map(([kind, text]) => ({ step, kind, text })));
  const list = make("div", { class: "list" });
  if (!all.length) return make("p", { class: "none" }, "Nothing left the prompt, and nothing was asked back.");
  longList(list, all, ({ step, kind, text }) => make("button", { class: "step event", type: "button", onclick: () => select(step.index) },
    make("span", { class: "number" }, number.format(step.index + 1)),
    make("span", { class: "action" }, make("b", { class: kind }, EVENTS[kind]), text)), 200);
  return list;
}

const ROW = 54, BEYOND = 30;

// A long list of which only what is in sight, and a little more, is there.
class StepList {
  constructor(run, select) {
    this.run = run;
    this.select = select;
    this.rows = new Map();
    this.list = make("div", { class: "list rows", role: "group", "aria-label": "Steps" });
    this.list.style.height = `${ROW * run.steps.length}px`;
    const count = run.steps.reduce((sum, step) => sum + step.events.length, 0);
    const panes = { [`Steps ${number.format(run.steps.length)}`]: () => this.list, [`Memory ${number.format(count)}`]: () => eventRows(run, select) };
    this.pane = make("div", { class: "pane", onscroll: () => this.fill() });
    const tabs = Object.entries(panes).map(([name, build], place) => make("button", {
      type: "button", "aria-pressed": String(!place), onclick: (event) => {
        for (const tab of tabs) tab.setAttribute("aria-pressed", String(tab === event.currentTarget));
        this.pane.replaceChildren(build());
        if (!place) this.mark(this.step);
      },
    }, name));
    this.pane.append(this.list);
    this.element = make("nav", { class: "card steps", "aria-label": "Steps and memory" }, make("div", { class: "tabs" }, tabs), this.pane);
    new ResizeObserver(() => this.fill()).observe(this.pane);
  }

  fill() {
    if (!this.list.isConnected) return;
    const first = Math.max(0, Math.floor(this.pane.scrollTop / ROW) - BEYOND);
    const last = Math.min(this.run.steps.length - 1, Math.ceil((this.pane.scrollTop + this.pane.clientHeight) / ROW) + BEYOND);
    for (const [step, row] of this.rows) {
      if (step >= first && step <= last) continue;
      row.remove();
      this.rows.delete(step);
    }
    for (let step = first; step <= last; step++) {
      if (this.rows.has(step)) continue;
      const row = stepRow(this.run, this.run.steps[step], this.select);
      row.style.top = `${ROW * step}px`;
      if (step === this.step) row.setAttribute("aria-current", "step");
      this.rows.set(step, row);
      const next = [...this.rows.keys()].filter((one) => one > step).sort((one, other) => one - other)[0];
      this.list.insertBefore(row, this.rows.get(next) ?? null);
    }
  }

  mark(step) {
    this.rows.get(this.step)?.removeAttribute("aria-current");
    this.step = step;
    // Not scrollIntoView, which would move the page as well.
    const top = ROW * step, { scrollTop, clientHeight } = this.pane;
    if (top < scrollTop || top + ROW > scrollTop + clientHeight) this.pane.scrollTop = top - clientHeight / 2;
    this.fill();
    this.rows.get(step)?.setAttribute("aria-current", "step");
  }
}

class Request {
  constructor(run, select) {
    this.run = run;
    this.select = select;
    this.filter = "all";
    this.element = make("section", { class: "request", "aria-label": "What the model saw" });
  }

  show(step, { view = null, query = "" } = {}) {
    const { run } = this, single = run.steps.length === 1;
    const before = new Set(step ? run.at(step - 1) : []), ids = run.at(step), figures = run.steps[step];
    if (view !== null) this.filter = "all";
    const of = (filter, one) => filter === "all" || (filter === "new here" ? !before.has(one.id) : one.state === filter);
    const views = ids.map((id) => run.views[id]);
    const chips = FILTERS.filter((name) => !(single && name === "new here")).map((name) => {
      const count = views.filter((one) => of(name, one)).length;
      return make("button", { class: "chip", type: "button", disabled: !count, "aria-pressed": String(name === this.filter),
        onclick: () => { this.filter = name; this.show(step); } }, name === "folded" ? "folded away" : name, make("b", null, number.format(count)));
    });
    const all = make("label", { class: "check" }, make("input", { type: "checkbox", checked: page.expanded, onchange: (event) => {
      page.expanded = event.target.checked;
      for (const gap of body.querySelectorAll(".gap")) gap.show(page.expanded);
    } }), "show what was left out");
    const chosen = views.filter((one) => of(this.filter, one));
    const wanted = view === null ? null : run.views[view];
    const near = this.filter === "all" && !single ? before : new Set();
    // What is looked for has a card of its own wherever it stands.
    const rows = rowsOf(run, chosen.map(({ id }) => id), wanted ? new Set([...near].filter((id) => id !== view)) : near);
    const body = make("div", { class: "messages" });
    let opened = single ? 4 : 1;
    longList(body, rows, (row) => rowNode(run, row, {
      query, open: Boolean(row.view) && (row.view === wanted || (!wanted && row.view.state === "shortened" && opened-- > 0)),
    }), wanted ? Math.max(100, rows.findIndex((row) => row.view === wanted) + 20) : 100);
    const saved = figures.before ? 1 - figures.after / figures.before : 0;
    this.element.replaceChildren();
    filled(this.element, {}, [
      make("div", { class: "bar" },
        make("h2", null, single ? "What the model saw" : `Step ${number.format(step + 1)}`),
        !single && make("span", { class: "turn" },
          make("button", { type: "button", "aria-label": "Step before", disabled: !step, onclick: () => this.select(step - 1) }, "‹"),
          make("button", { type: "button", "aria-label": "Next step", disabled: step === run.steps.length - 1, onclick: () => this.select(step + 1) }, "›"))),
      !single && make("p", { class: "action" }, figures.action),
      make("p", { class: "facts" },
        make("span", null, `${number.format(figures.before)} → `, make("b", null, plural(figures.after, "token"))),
        make("span", null, `${percent(saved)} fewer`),
        !single && make("span", null, `${percent(figures.after ? figures.cached / figures.after : 0)} from the cache`),
        figures.ms > 0 && make("span", null, `${number.format(figures.ms)} ms`)),
      ...figures.events.map(([kind, text]) => make("p", { class: `note ${kind}` }, make("b", null, EVENTS[kind]), text)),
      make("div", { class: "chips", role: "group", "aria-label": "Messages to show" }, chips, all),
      key(), body,
    ]);
    if (wanted) body.querySelector(`[data-view="${view}"]`)?.scrollIntoView({ block: "center" });
  }
}

function key() {
  const words = { kept: "as it was", condensed: "condensed", merged: "merged: said elsewhere", dropped: "left out", added: "our own words" };
  return make("ul", { class: "legend key" }, Object.entries(words).map(([kind, text]) => make("li", null, make("i", { class: `hue ${kind}` }), text)));
}

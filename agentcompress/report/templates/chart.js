// The timeline: what each request is made of, under its ceiling, and how much of it the cache held.

const PLOT = 210, STRIP = 12, TOP = 22, BELOW = 46;
const HUES = {
  "system prompt": "system", "tool schemas": "schemas", "user turns": "user", "assistant turns": "assistant",
  "tool calls": "calls", "tool results": "results", "images": "images", "recalled": "recalled",
  "notes of the compressor": "notes",
};
const ORDER = Object.keys(HUES);

function inOrder(run) {
  return run.categories
    .map((name, index) => ({ name, index, hue: HUES[name] ?? "other" }))
    .sort((one, other) => ORDER.indexOf(one.name) - ORDER.indexOf(other.name))
    .filter(({ index }) => run.steps.some((step) => step.sent[index]) || run.held[index]);
}

function legend(run, extra = []) {
  const entries = inOrder(run).map(({ name, hue }) => make("li", null, make("i", { class: `hue ${hue}` }), name));
  return make("ul", { class: "legend" }, entries, extra);
}

function rounded(raw) {
  const power = 10 ** Math.floor(Math.log10(Math.max(raw, 1)));
  return [1, 2, 5, 10].find((factor) => factor * power >= raw) * power;
}

class Chart {
  constructor(run, select) {
    this.run = run;
    this.select = select;
    this.step = run.steps.length - 1;
    this.whole = false;
    this.svg = draw("svg", {
      class: "chart", height: TOP + PLOT + BELOW, tabindex: 0, role: "slider", "aria-label": "Step",
      "aria-valuemin": 1, "aria-valuemax": run.steps.length,
      onkeydown: (event) => this.key(event),
      onpointermove: (event) => this.hover(event),
      onpointerleave: () => { tip.hide(); this.cursor?.setAttribute("visibility", "hidden"); },
      onclick: (event) => this.select(this.under(event)),
    });
    const scale = make("label", { class: "check" },
      make("input", { type: "checkbox", onchange: (event) => { this.whole = event.target.checked; this.paint(); } }),
      `up to ${number.format(Math.max(...run.steps.map((step) => step.before)))}, as without compression`);
    const marks = [
      make("li", null, make("i", { class: "line ceiling" }), "ceiling"),
      make("li", null, make("i", { class: "line ghost" }), "without compression"),
      make("li", null, make("i", { class: "hue cached" }), "from the prompt cache"),
      run.steps.some((step) => step.evicted) && make("li", null, make("i", { class: "wedge" }), "eviction"),
      run.steps.some((step) => step.events.some(([kind]) => kind === "recalled" || kind === "returned"))
        && make("li", null, make("i", { class: "gem" }), "recalled"),
    ];
    this.element = make("section", { class: "card timeline", "aria-label": "Timeline" },
      make("div", { class: "bar" }, make("h2", null, "Context per step"), scale), this.svg, legend(run, marks));
    new ResizeObserver(() => this.paint()).observe(this.element);
  }

  under(event) {
    const box = this.svg.getBoundingClientRect();
    const place = Math.floor((event.clientX - box.left) / box.width * this.run.steps.length);
    return Math.max(0, Math.min(this.run.steps.length - 1, place));
  }

  hover(event) {
    const step = this.under(event);
    this.cursor?.setAttribute("visibility", "visible");
    this.cursor?.setAttribute("x", step * this.slot);
    tip.show(summary(this.run, this.run.steps[step]), event.clientX, event.clientY);
  }

  key(event) {
    const last = this.run.steps.length - 1, far = Math.max(10, Math.round(last / 20));
    const moves = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: far, PageDown: -far, Home: -Infinity, End: Infinity };
    if (!(event.key in moves)) return;
    event.preventDefault();
    this.select(Math.max(0, Math.min(last, this.step + moves[event.key])));
  }

  mark(step) {
    this.step = step;
    const { after, before, ceiling } = this.run.steps[step];
    this.svg.setAttribute("aria-valuenow", step + 1);
    this.svg.setAttribute("aria-valuetext",
      `step ${step + 1}: ${plural(after, "token")} of ${number.format(ceiling)}, ${number.format(before)} without compression`);
    this.chosen?.setAttribute("x", step * this.slot);
  }

  paint() {
    const { steps } = this.run, width = this.svg.clientWidth;
    if (!width) return;
    const most = (name) => steps.reduce((top, step) => Math.max(top, step[name]), 1);
    const top = 1.08 * Math.max(most("ceiling"), most("after"), this.whole ? most("before") : 0);
    const y = (tokens) => TOP + PLOT * (1 - Math.min(tokens / top, 1));
    const slot = this.slot = width / steps.length, gap = slot > 4 ? Math.min(slot * 0.22, 8) : 0;
    const bar = (index, low, high) =>
      `M${(index * slot + gap / 2).toFixed(2)} ${y(high).toFixed(1)}h${(slot - gap).toFixed(2)}V${y(low).toFixed(1)}h${(gap - slot).toFixed(2)}z`;
    // What is far above the scale is told in words.
    const line = (name) => steps.map((step, index) => step[name] > top ? "" :
      `${index && steps[index - 1][name] <= top ? "L" : "M"}${(index * slot).toFixed(2)} ${y(step[name]).toFixed(1)}H${((index + 1) * slot).toFixed(2)}`).join("");
    const bases = new Float64Array(steps.length);
    const stacks = inOrder(this.run).map(({ hue, index }) => draw("path", {
      class: `hue ${hue}`, d: steps.map(({ sent }, place) => {
        const low = bases[place], tokens = sent[index] ?? 0;
        bases[place] += tokens;
        return tokens ? bar(place, low, low + tokens) : "";
      }).join(""),
    }));
    const tick = rounded(top / 4), ticks = [];
    for (let tokens = tick; tokens < top; tokens += tick) ticks.push(tokens);
    const middle = (place) => ((place + 0.5) * slot).toFixed(1);
    const strip = TOP + PLOT + 6;
    const kept = steps.map((step, place) => step.after && step.cached
      ? `M${(place * slot + gap / 2).toFixed(2)} ${strip + STRIP}v${(-STRIP * step.cached / step.after).toFixed(2)}h${(slot - gap).toFixed(2)}V${strip + STRIP}z` : "").join("");
    const every = Math.ceil(steps.length / Math.max(2, Math.floor(width / 70)));
    const recalled = (step) => step.events.some(([kind]) => kind === "recalled" || kind === "returned");
    this.cursor = draw("rect", { class: "cursor", y: TOP, width: Math.max(slot, 1), height: PLOT, visibility: "hidden" });
    this.chosen = draw("rect", { class: slot < 6 ? "chosen thin" : "chosen", y: TOP - 6, width: Math.max(slot, 3), height: PLOT + STRIP + 14, rx: 3 });
    this.svg.replaceChildren(...[
      ...ticks.map((tokens) => draw("line", { class: "tick", x2: width, y1: y(tokens), y2: y(tokens) })),
      slot < 6 ? null : this.chosen, ...stacks,
      draw("path", { class: "line ghost", d: line("before") }),
      draw("path", { class: "line ceiling", d: line("ceiling") }),
      draw("path", { class: "wedges", d: steps.map(({ evicted }, place) =>
        evicted ? `M${middle(place)} ${TOP - 6}l-4.5 -8h9z` : "").join("") }),
      draw("path", { class: "gems", d: steps.map((step, place) =>
        recalled(step) ? `M${middle(place)} ${TOP - 2}l4 5l-4 5l-4 -5z` : "").join("") }),
      draw("rect", { class: "trough", y: strip, width, height: STRIP, rx: 2 }),
      draw("path", { class: "hue cached", d: kept }),
      ...ticks.map((tokens) => draw("text", { x: 2, y: y(tokens) - 4 }, number.format(tokens))),
      ...steps.map((_, place) => place).filter((place) => place % every === 0 && (place + 1) * slot < width - 8).map((place) =>
        draw("text", { x: middle(place), y: strip + STRIP + 18, "text-anchor": "middle" }, number.format(place + 1))),
      slot < 6 ? this.chosen : null, this.cursor,
    ].filter(Boolean));
    this.mark(this.step);
  }
}

function summary(run, step) {
  const rows = inOrder(run).filter(({ index }) => step.sent[index]).map(({ name, hue, index }) =>
    make("li", null, make("i", { class: `hue ${hue}` }), name, make("b", null, number.format(step.sent[index]))));
  const lines = [
    make("strong", null, `Step ${step.index + 1}`), make("span", null, step.action),
    make("ul", null, rows.reverse()),
    make("span", null, `${number.format(step.after)} of ${plural(step.ceiling, "token")}; ${number.format(step.before)} without compression`),
  ];
  if (step.after) lines.push(make("span", null, `${percent(step.cached / step.after)} from the prompt cache`));
  return [...lines, ...step.events.slice(0, 4).map(([kind, text]) => make("em", null, `${EVENTS[kind]}: ${text}`))];
}

// One request has no timeline: what it was, and what it is, as two bars.
function comparison(run) {
  const step = run.steps[0], top = Math.max(step.before, step.ceiling, 1);
  const row = (name, taken, tokens) => make("div", { class: "compared" },
    make("span", null, name), make("b", null, number.format(tokens)),
    draw("svg", { class: "strip", height: 30, width: "100%", role: "img", "aria-label": `${name}: ${plural(tokens, "token")}` },
      inOrder(run).reduce(({ at, rects }, { index, name: what, hue }) => {
        const share = 100 * (taken[index] ?? 0) / top;
        if (share) rects.push(draw("rect", { class: `hue ${hue}`, x: `${at}%`, width: `${share}%`, height: 30 },
          draw("title", null, `${what}: ${plural(taken[index], "token")}`)));
        return { at: at + share, rects };
      }, { at: 0, rects: [] }).rects,
      draw("line", { class: "line ceiling", x1: `${100 * step.ceiling / top}%`, x2: `${100 * step.ceiling / top}%`, y1: 0, y2: 30 })));
  return make("section", { class: "card timeline", "aria-label": "Before and after" },
    make("h2", null, "Before and after"),
    row("without compression", run.held, step.before), row("as sent", step.sent, step.after),
    legend(run, [make("li", null, make("i", { class: "line ceiling" }), `ceiling, ${plural(step.ceiling, "token")}`)]));
}

// Elements made by hand: what a run says only ever becomes text and attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  // One by one: a text in which a letter is marked has more pieces than a call may have arguments.
  for (const child of children.flat()) if (child !== null && child !== undefined && child !== false) node.append(child);
  return node;
}
const make = (name, attributes, ...children) => filled(document.createElement(name), attributes, children);
const draw = (name, attributes, ...children) => filled(document.createElementNS(SVG, name), attributes, children);

// A list of any length: a hundred at once, more when the end comes into sight.
function longList(parent, items, build, count = 100) {
  let at = 0;
  const more = make("button", { class: "more", type: "button", onclick: () => grow() });
  const sight = new IntersectionObserver((seen) => seen.some((one) => one.isIntersecting) && grow(), { rootMargin: "400px" });
  function grow() {
    more.remove();
    parent.append(...items.slice(at, at + count).map((item) => build(item)));
    at = Math.min(items.length, at + count);
    if (at === items.length) return sight.disconnect();
    more.textContent = `${number.format(items.length - at)} more`;
    parent.append(more);
    sight.observe(more);
  }
  grow();
}

// A word beside the pointer, or beside what has the focus.
const tip = {
  show(content, x, y) {
    const box = byId("tip");
    box.replaceChildren(...[content].flat());
    box.hidden = false;
    const width = box.offsetWidth, height = box.offsetHeight;
    box.style.left = `${Math.max(8, Math.min(x + 14, innerWidth - width - 8))}px`;
    box.style.top = `${y + 18 + height > innerHeight ? Math.max(8, y - height - 12) : y + 18}px`;
  },
  hide() {
    byId("tip").hidden = true;
  },
};

const say = (text) => { byId("said").textContent = text; };
const stored = {
  get theme() { try { return localStorage.getItem("agentcompress-theme"); } catch { return null; } },
  set theme(value) { try { localStorage.setItem("agentcompress-theme", value); } catch { /* A page from a file may have no storage. */ } },
};

/** Lines over time as SVG: gaps where nothing was measured, values under the pointer. */
import { h, s } from "../dom.js";
import { clock, written } from "./words.js";

const WIDTH = 300;
const HEIGHT = 80;
const last = (values) => values.findLast((value) => value !== null) ?? null;

/** A card with a plot; draw it again with `update`. */
export class Plot {
  #now = h("b", { class: "now" });
  #legend = h("p", { class: "legend small" });
  #most = h("span", { class: "most small soft" });
  #svg = s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img" });
  #from = h("span");
  #until = h("span");
  #empty = h("p", { class: "soft small nothing" });
  #plot;
  #times = [];

  constructor({ id, title }) {
    this.element = h(
      "article",
      { class: "card plot", id: `plot-${id}` },
      h("div", { class: "row apart" }, h("h3", {}, title), this.#now),
      this.#legend,
      h("div", { class: "drawn" }, this.#svg, this.#most, this.#empty),
      h("div", { class: "row apart small soft scale" }, this.#from, this.#until),
    );
    this.#svg.addEventListener("pointermove", (event) => this.#point(event));
    this.#svg.addEventListener("pointerleave", () => this.#tell(null));
  }

  update(plot, times) {
    this.#plot = plot;
    this.#times = times;
    const known = plot.lines.flatMap(({ values }) => values.filter((value) => value !== null));
    const nothing = known.length === 0;
    this.#empty.textContent = plot.empty;
    this.#empty.hidden = !nothing;
    this.#svg.classList.toggle("none", nothing);
    const highest = Math.max(...known, 0);
    // A limit is drawn once the line comes near it; far above, it would press all else to the ground.
    const limited = plot.limit !== null && highest > plot.limit / 3;
    const top = plot.unit === "share" ? 1 : niceTop(Math.max(highest, limited ? plot.limit : 0));
    this.#most.textContent = nothing ? "" : written(top, plot.unit);
    this.#svg.replaceChildren(...this.#lines(plot, top), ...(limited ? [level(plot.limit, top)] : []));
    this.#from.textContent = times.length ? clock(times[0]) : "";
    this.#until.textContent = times.length ? "now" : "";
    this.#tell(null);
  }

  #lines(plot, top) {
    const drawn = plot.lines.map(({ values }, place) =>
      s("path", { class: `stroke line-${place}`, d: path(values, top) }),
    );
    const [first] = plot.lines;
    return plot.lines.length === 1 ? [s("path", { class: "area line-0", d: area(first.values, top) }), ...drawn] : drawn;
  }

  #point(event) {
    const box = this.#svg.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    this.#tell(Math.max(0, Math.min(this.#times.length - 1, Math.round(share * (this.#times.length - 1)))));
  }

  /** The values at one point; null: the latest. */
  #tell(point) {
    const { lines, unit, title } = this.#plot;
    const value = (values) => (point === null ? last(values) : (values[point] ?? null));
    this.#svg.querySelector(".cursor")?.remove();
    if (point !== null && this.#times.length) {
      const x = at(point, this.#times.length);
      this.#svg.append(s("line", { class: "cursor", x1: x, x2: x, y1: 0, y2: HEIGHT }));
      this.#until.textContent = clock(this.#times[point]);
    } else if (this.#times.length) this.#until.textContent = "now";
    this.#now.textContent = written(value(lines[0]?.values ?? []), unit);
    this.#legend.replaceChildren(
      ...(lines.length > 1
        ? lines.map(({ name, values }, place) =>
            h("span", { class: `key line-${place}` }, h("i", { "aria-hidden": "true" }), `${name} ${written(value(values), unit)}`),
          )
        : []),
    );
    const told = lines.map(({ name, values }) => `${name} ${written(last(values), unit)}`).join(", ");
    this.#svg.setAttribute("aria-label", `${title}: ${told || "nothing yet"}`);
  }
}

/** A line of its own without any axis, for lists. */
export function spark(values, kind = "") {
  const top = Math.max(...values.filter((value) => value !== null), 1);
  return s(
    "svg",
    { class: `spark ${kind}`, viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    s("path", { class: "area line-0", d: area(values, top) }),
    s("path", { class: "stroke line-0", d: path(values, top) }),
  );
}

/** Up and down over time: a strip that is red where it was away. */
export function strip(values) {
  const wide = WIDTH / Math.max(values.length, 1);
  const part = (value, place) =>
    s("rect", { class: value === null ? "unknown" : value ? "up" : "down", x: place * wide, y: 0, width: wide + 0.3, height: 8 });
  return s(
    "svg",
    { class: "strip", viewBox: `0 0 ${WIDTH} 8`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...values.map(part),
  );
}

const at = (point, points) => (points > 1 ? (point / (points - 1)) * WIDTH : WIDTH);
const high = (value, top) => HEIGHT - 2 - (value / top) * (HEIGHT - 6);

function level(limit, top) {
  const y = high(limit, top);
  return s("line", { class: "limit", x1: 0, x2: WIDTH, y1: y, y2: y });
}

function path(values, top) {
  return runs(values)
    .map((run) => {
      const points = run.map(([point, value]) => `${at(point, values.length).toFixed(1)} ${high(value, top).toFixed(1)}`);
      return `M${points.join("L")}${points.length === 1 ? "h0.01" : ""}`;
    })
    .join("");
}

function area(values, top) {
  return runs(values)
    .map((run) => {
      const points = run.map(([point, value]) => `L${at(point, values.length).toFixed(1)} ${high(value, top).toFixed(1)}`);
      const [from, until] = [run[0][0], run.at(-1)[0]].map((point) => at(point, values.length).toFixed(1));
      return `M${from} ${HEIGHT}${points.join("")}L${until} ${HEIGHT}Z`;
    })
    .join("");
}

/** Stretches of values without a gap, as `[point, value]`. */
function runs(values) {
  const found = [];
  let run = null;
  values.forEach((value, point) => {
    if (value === null) run = null;
    else if (run) run.push([point, value]);
    else found.push((run = [[point, value]]));
  });
  return found;
}

/** The next round number at or above: 1, 2, 5, 10 … */
function niceTop(value) {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999);
}

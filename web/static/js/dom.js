/** Making elements without markup in strings: nothing that a learner typed can become HTML. */

const SVG = "http://www.w3.org/2000/svg";
const SPRITE = new URL("../art/icons.svg", import.meta.url).href;

/** `h("p", { class: "soft", lang: "ko", onclick: f }, "text", child)`; null children are left out. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function s(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

/** The element with this id. */
export const $ = (id) => document.getElementById(id);

export function icon(name) {
  return s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" }, s("use", { href: `${SPRITE}#${name}` }));
}

/** A horizontal bar, `percent` of 100 full. */
export function bar(percent, kind = "") {
  return s(
    "svg",
    { class: `bar ${kind}`, viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" },
    s("rect", { class: "track", width: 100, height: 8, rx: 4 }),
    s("rect", { class: "fill", width: percent, height: 8, rx: 4 }),
  );
}

/** A score as a ring that fills. */
export function ring(score, shown = String(score)) {
  const around = 2 * Math.PI * 42;
  const arc = s("circle", { class: "fill", cx: 50, cy: 50, r: 42, transform: "rotate(-90 50 50)", "stroke-dasharray": `0 ${around}` });
  requestAnimationFrame(() =>
    requestAnimationFrame(() => arc.setAttribute("stroke-dasharray", `${(around * score) / 100} ${around}`)),
  );
  if (score === 0) arc.setAttribute("stroke-linecap", "butt");
  return s(
    "svg",
    { class: "ring", viewBox: "0 0 100 100", role: "img", "aria-label": `${shown} / 100` },
    s("circle", { class: "track", cx: 50, cy: 50, r: 42 }),
    arc,
    s("text", { x: 50, y: 51 }, shown),
  );
}

export const barKind = (score) => (score >= 80 ? "" : score >= 50 ? "mid" : "low");

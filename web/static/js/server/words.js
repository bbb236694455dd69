/** Figures as people read them. */

const number = (value, digits) => value.toLocaleString("en", { maximumFractionDigits: digits });

const WRITE = {
  "a minute": (value) => `${number(value, value < 10 ? 1 : 0)} / min`,
  ms: (value) => (value >= 1000 ? `${number(value / 1000, 1)} s` : `${number(value, value < 10 ? 1 : 0)} ms`),
  usd: (value) => `$${value.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: value < 0.1 ? 4 : 2 })}`,
  share: (value) => `${number(100 * value, 0)} %`,
  count: (value) => number(value, 0),
  bytes: (value) => (value >= 1e9 ? `${number(value / 1e9, 1)} GB` : `${number(value / 1e6, 0)} MB`),
};

/** The value with its unit; a dash where nothing was measured. */
export const written = (value, unit) => (value === null || value === undefined ? "–" : WRITE[unit](value));

export const clock = (time) => new Date(time).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** How long ago, or how old: `3 days`, `2 h`, `5 min`. */
export function age(hours) {
  if (hours >= 48) return `${number(hours / 24, 0)} days`;
  if (hours >= 1) return `${number(hours, 0)} h`;
  return `${number(hours * 60, 0)} min`;
}

/** Where a way that is gone again leads elsewhere than it did. */

/** { at, words } of the first step that became another, `at` -1 for the opening; null when nothing did. */
export function firstDifference(before, now) {
  const opened = changesOf({ said: before.opening, after: before.begins }, { said: now.opening, after: now.begins });
  if (opened.length) return { at: -1, words: opened };
  for (let at = 0; at < now.steps.length; at += 1) {
    const [one, other] = [before.steps[at], now.steps[at]];
    if (!one) return null; // the way is longer, not another
    const words = one.text === other.text ? changesOf(one, other) : [];
    if (words.length) return { at, words };
  }
  return null;
}

function changesOf(one, other) {
  const told = [
    ["taken for", (step) => step.judged?.intent ?? "nothing"],
    ["verdict", (step) => step.judged?.verdict],
    ["score", (step) => step.judged?.score],
    ["feedback", (step) => step.judged?.items.map(({ code }) => code).join(", ") || "none"],
    ["leads to", (step) => step.go],
    ["answer", (step) => step.said.map(({ ko }) => ko).join(" ")],
    ["hint", (step) => step.hint?.kind ?? "none"],
    ["slots", (step) => fills(step.after.slots)],
    ["tries", (step) => step.after.tries],
    ["ending", (step) => step.after.ending ?? "none"],
  ];
  return told
    .map(([name, of]) => ({ name, before: of(one), now: of(other) }))
    .filter(({ before, now }) => before !== now)
    .map(({ name, before, now }) => ({ name, before: String(before ?? "–"), now: String(now ?? "–") }));
}

const fills = (slots) =>
  Object.entries(slots)
    .map(([slot, value]) => `${slot} ${value}`)
    .sort()
    .join(", ") || "none";

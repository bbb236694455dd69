/**
 * The panes that only a scene has: its graph and its simulator, side by side where the window is wide enough. Their code is
 * fetched when they are first seen.
 */
import { rehearsalOf } from "./rehearsal.js";

const GROUP = "scene";

export const scenePanes = (drafts) => [
  side("graph", "Graph", async (home) => (await import("./graph/main.js")).mountGraph(home, drafts)),
  side("play", "Play", async (home) => (await import("./play/main.js")).mountPlay(home, drafts)),
];

/** Calls `act` when the simulator is to begin somewhere else. */
export function onBegin(drafts, { kind }, act) {
  if (kind === "scene") rehearsalOf(drafts).addEventListener("begin", act);
}

function side(name, title, mount) {
  let pane = null;
  return {
    name,
    title,
    group: GROUP,
    mount: (home) => {
      pane = mount(home);
    },
    show: async () => (await pane)?.show(),
  };
}

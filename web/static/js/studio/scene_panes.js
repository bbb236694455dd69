/** The panes that only a scene has: its graph and its simulator, side by side where the window is wide enough. */
import { mountGraph } from "./graph/main.js";
import { mountPlay } from "./play/main.js";
import { rehearsalOf } from "./rehearsal.js";

const GROUP = "scene";

export const scenePanes = (drafts) => [
  side("graph", "Graph", (home) => mountGraph(home, drafts)),
  side("play", "Play", (home) => mountPlay(home, drafts)),
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
    show: () => pane?.show(),
  };
}

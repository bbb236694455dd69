/**
 * The panes that only a scene has: its graph and its simulator, side by side where the window is wide enough. Their code is
 * fetched once the text is there, that of both at once: whoever comes to the other later finds it, though the server be gone.
 */
import { ApiError } from "../api.js";
import { rehearsalOf } from "./rehearsal.js";

const GROUP = "scene";
/** A browser that failed to fetch a module does not try again. */
const LOST = { code: "no_answer", message: "A part of this page did not arrive. Save, and load the page again." };

export function scenePanes(drafts) {
  let code = null;
  const fetched = () => {
    code ??= Promise.all([import("./graph/main.js"), import("./play/main.js")]);
    return code.catch(() => Promise.reject(new ApiError(0, LOST)));
  };
  return [
    side("graph", "Graph", async (home) => (await fetched())[0].mountGraph(home, drafts)),
    side("play", "Play", async (home) => (await fetched())[1].mountPlay(home, drafts)),
  ];
}

/** Calls `act` when the simulator is to begin somewhere else. */
export function onBegin(drafts, { kind }, act) {
  if (kind === "scene") rehearsalOf(drafts).addEventListener("begin", act);
}

/** `mount(home)` promises a pane, once. */
function side(name, title, mount) {
  let pane = null;
  return {
    name,
    title,
    group: GROUP,
    show: async (home) => {
      pane ??= mount(home);
      await (await pane).show();
    },
  };
}

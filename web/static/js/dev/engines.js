/** Which engines this one session asks first: for whoever develops, to hear the difference in a scene. */
import { ApiError, get, put } from "../api.js";
import { $, h } from "../dom.js";

const STAGES = ["stt", "tts"];

/** Fills the choices of the session and keeps the server told of them; nothing is shown where there is no choice. */
export async function offerEngines(sessionId) {
  const path = `/lab/sessions/${encodeURIComponent(sessionId)}`;
  const [{ engines }, { chosen }] = await Promise.all([get("/lab"), get(path)]);
  for (const stage of STAGES) {
    const names = engines.filter((engine) => engine.stage === stage).map(({ name }) => name);
    const select = $(`engine-${stage}`);
    select.replaceChildren(h("option", { value: "" }, "as set"), ...names.map((name) => h("option", { value: name, selected: chosen[stage] === name }, name)));
    select.parentElement.hidden = names.length < 2;
    select.addEventListener("change", async () => {
      try {
        await put(path, { stage, engine: select.value || null });
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        select.value = "";
      }
    });
  }
  $("dev-engines").hidden = STAGES.every((stage) => $(`engine-${stage}`).parentElement.hidden);
}

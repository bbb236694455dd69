/** Tables for translators: out as CSV or XLSX, and back in once it was seen what would change. */
import { download, upload } from "../../api.js";
import { $, h } from "../../dom.js";
import { asked } from "../page.js";

/** Lists what can be exported: each pack in both kinds. */
export function offerExport(scene, columns, attempt) {
  const path = (pack, kind) => `/content/langpacks/${pack}/scenes/${encodeURIComponent(scene)}/${kind}`;
  $("export-list").replaceChildren(
    ...columns.filter(({ id }) => id !== "ko").map(({ id }) =>
      h(
        "div",
        { class: "row apart" },
        h("span", { class: "mono" }, id),
        h("span", { class: "row" }, ...[["CSV", "table", "csv"], ["XLSX", "workbook", "xlsx"]].map(([name, kind, ending]) =>
          h("button", { class: "button slim", type: "button", onclick: () => attempt(() => download(path(id, kind), `${scene}.${id}.${ending}`)) }, name),
        )),
      ),
    ),
  );
}

/** Asks for a table, shows what it would change, and writes it when that is wanted. True when something was written. */
export async function importTable(scene, columns, { attempt, language }) {
  const packs = columns.filter(({ id }) => id !== "ko").map(({ id }) => id);
  $("import-pack").replaceChildren(...packs.map((id) => h("option", {}, id)));
  $("import-file").value = "";
  $("import-name").textContent = "";
  $("import-preview").replaceChildren();
  $("import-now").disabled = true;
  let table = null;
  const send = (dryRun) => {
    const form = new FormData();
    form.append("table", table, table.name);
    const pack = $("import-pack").value;
    return upload(`/content/langpacks/${pack}/scenes/${encodeURIComponent(scene)}/table?dry_run=${dryRun}&language=${language()}`, form);
  };
  const look = async () => {
    table = $("import-file").files[0] ?? table;
    if (!table) return;
    $("import-name").textContent = table.name;
    $("import-now").disabled = true;
    const told = await attempt(() => send(true));
    $("import-preview").replaceChildren(...(told ? preview(told) : []));
    $("import-now").textContent = told?.changes.length ? `Write ${told.changes.length} ${told.changes.length === 1 ? "text" : "texts"}` : "Write it";
    $("import-now").disabled = !told?.changes.length;
  };
  $("import-file").onchange = look;
  $("import-pack").onchange = look;
  if ((await asked($("importing"))) !== "import") return false;
  return Boolean(await attempt(() => send(false)));
}

function preview({ changes, findings }) {
  if (!changes.length && !findings.length) return [h("p", { class: "soft" }, "Every text is the same already.")];
  return [
    ...findings.map(({ code, sentence, line, column }) =>
      h("p", { class: "finding" }, h("span", {}, h("span", { class: "chip warn" }, code), ` ${sentence.replace(/`([^`]*)`/g, "“$1”")}`), h("span", { class: "mono small" }, `row ${line}, column ${column}`)),
    ),
    ...changes.map(({ id, before, after }) =>
      h("div", { class: "change" }, h("span", { class: "mono small soft" }, id), before ? h("del", {}, before) : h("span", { class: "small soft" }, "was missing"), h("ins", {}, after)),
    ),
  ];
}

/** The text pane: shows the file that is on top of the desk and tells the desk what is typed. */
import { Editor } from "./editor.js";

export class TextPane {
  constructor(home, drafts) {
    const editor = new Editor(home, { changed: (text) => drafts.replace(drafts.shown, text, "typing") });
    const underline = () => editor.underline(drafts.findings.filter(({ file }) => file === drafts.shown));
    drafts.addEventListener("shown", ({ detail: { file } }) => {
      editor.show(drafts.text(file));
      underline();
    });
    drafts.addEventListener("changed", ({ detail: { file, by } }) => {
      if (file === drafts.shown && by !== "typing") editor.show(drafts.text(file));
    });
    drafts.addEventListener("findings", underline);
    drafts.addEventListener("reveal", ({ detail: { line, column } }) => editor.goTo(line, column));
  }
}

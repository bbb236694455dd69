/**
 * Typing over what is marked, done by the editor itself: a browser would give what is typed the looks of what stood there,
 * in a style attribute, which the page's policy refuses. What an input method composes is left to the browser.
 */
import { EditorView } from "../../../vendor/codemirror/codemirror.js";

export const typingOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection;
    const isTyped = event.inputType === "insertText" && event.data && !view.composing && ranges.length === 1;
    if (!isTyped || (main.empty && !event.data.includes("\n"))) return false;
    const write = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    const handlers = view.state.facet(EditorView.inputHandler);
    if (!handlers.some((handle) => handle(view, main.from, main.to, event.data, write))) view.dispatch(write());
    return true;
  },
});

/** When two saved one file: both texts are shown, and one of them is taken. */
import { $ } from "../dom.js";
import { asked } from "./page.js";

export async function settle(file, { yours, theirs }) {
  $("yours").value = yours;
  $("theirs").value = theirs;
  $("yours").setSelectionRange(0, 0);
  return asked($("conflict"));
}

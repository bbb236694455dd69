/** Links for people without an account, who play the draft as it stood when the link was made. */
import { get, post, remove } from "../../api.js";
import { h } from "../../dom.js";
import { attempt } from "../page.js";

const DAYS = [1, 7, 14, 30];
const USUAL_DAYS = 7;

export class Reviews {
  element = h("details", { class: "reviews", ontoggle: () => this.element.open && this.#list() });
  #rehearsal;
  #days = h("select", { class: "field slim", "aria-label": "For how many days" }, DAYS.map((days) => h("option", { value: days, selected: days === USUAL_DAYS }, days === 1 ? "1 day" : `${days} days`)));
  #for = h("input", { class: "field slim", maxlength: 200, placeholder: "For whom (only you see it)", "aria-label": "For whom" });
  #made = h("ul", { class: "review-list" });

  constructor(rehearsal) {
    this.#rehearsal = rehearsal;
    const form = h("form", { class: "review-form", onsubmit: (event) => this.#make(event) }, this.#for, this.#days, h("button", { class: "button slim strong", type: "submit" }, "Make a link"));
    this.element.append(
      h("summary", {}, "Review links"),
      h("p", { class: "small soft" }, "Whoever has such a link plays the draft as it is saved now, without an account and without seeing anything else."),
      form,
      this.#made,
    );
  }

  async #list() {
    const told = await attempt(() => get(this.#rehearsal.path("reviews")));
    if (told) this.#made.replaceChildren(...told.reviews.map((review) => this.#row(review)));
  }

  async #make(event) {
    event.preventDefault();
    const made = await attempt(() => post(this.#rehearsal.path("reviews"), { days: Number(this.#days.value), note: this.#for.value.trim() }));
    if (!made) return;
    this.#for.value = "";
    await this.#list();
    this.#made.querySelector("input")?.select();
  }

  #row({ review_id: id, url, note, expires_at: ends }) {
    const link = h("input", { class: "field slim mono", readonly: true, value: url, "aria-label": `Link${note ? ` for ${note}` : ""}`, onfocus: ({ target }) => target.select() });
    const copy = h("button", { class: "button slim", type: "button", onclick: () => copied(link, copy) }, "Copy");
    const revoke = h("button", { class: "button slim warm", type: "button", onclick: () => this.#revoke(id) }, "Revoke");
    return h("li", {}, h("p", { class: "small" }, note ? h("b", {}, `${note} · `) : null, `until ${new Date(ends).toLocaleString()}`), h("div", { class: "review-form" }, link, copy, revoke));
  }

  async #revoke(id) {
    await attempt(() => remove(`/content/reviews/${encodeURIComponent(id)}`));
    await this.#list();
  }
}

/** Only a page on https or localhost may write to the clipboard by script; elsewhere the link is marked to be copied. */
async function copied(link, button) {
  link.select();
  try {
    await navigator.clipboard.writeText(link.value);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl C";
  }
}

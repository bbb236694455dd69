/** Draws each scene's place on its card. */
import { drawStill } from "../stage/stage.js";

for (const place of document.querySelectorAll("[data-art]")) drawStill(place, place.dataset.art);

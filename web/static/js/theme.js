// Applies the chosen colours before the first paint; runs as a plain script for that reason.
(() => {
  const KEY = "koto-theme";
  const ORDER = ["auto", "light", "dark"];
  const NAMES = { auto: "as the system", light: "light", dark: "dark" };
  const ICONS = { auto: "auto", light: "sun", dark: "moon" };

  const chosen = () => {
    const kept = localStorage.getItem(KEY);
    return ORDER.includes(kept) ? kept : "auto";
  };

  const apply = (theme) => {
    if (theme === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  };

  const show = (button, theme) => {
    button.setAttribute("aria-label", `Colours: ${NAMES[theme]}`);
    button.title = `Colours: ${NAMES[theme]}`;
    const use = button.querySelector("use");
    use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${ICONS[theme]}`);
  };

  apply(chosen());
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    show(button, chosen());
    button.addEventListener("click", () => {
      const next = ORDER[(ORDER.indexOf(chosen()) + 1) % ORDER.length];
      localStorage.setItem(KEY, next);
      apply(next);
      show(button, next);
    });
  });
})();

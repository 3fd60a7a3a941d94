import { $ } from "./dom.js";

const KEY = "everyday.theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const chosen = () => localStorage.getItem(KEY) ?? "auto";

/** What is seen: `light` or `dark`. */
export const theme = () => (chosen() === "auto" ? (dark.matches ? "dark" : "light") : chosen());

/** Wires the controls; `changed` is called with the theme to be seen from now on. */
export function themeControls(changed) {
  const apply = (choice) => {
    if (choice === "auto") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
    show();
    changed(theme());
  };
  const show = () => {
    const choice = chosen();
    if (choice === "auto") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
    for (const radio of $("theme").querySelectorAll("input")) radio.checked = radio.value === choice;
  };
  $("theme").addEventListener("change", (event) => apply(event.target.value));
  $("theme-flip").addEventListener("click", () => apply(theme() === "dark" ? "light" : "dark"));
  dark.addEventListener("change", () => changed(theme()));
  show();
}

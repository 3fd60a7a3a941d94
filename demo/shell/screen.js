import { $ } from "./dom.js";

const screen = $("screen");

/** What is left free beside and between two cards of the switcher, in pixels. */
const MARGINS = 54;

/** What the phone shows: `start`, `welcome`, `home`, `account`, `app` (the front window) or `switcher`. */
export const view = () => screen.dataset.view;

/** Shows a view. */
export function show(name) {
  screen.dataset.view = name;
  const section = name === "app" || name === "switcher" ? "stack" : name;
  for (const element of screen.querySelectorAll("[data-name]")) element.hidden = element.dataset.name !== section;
  for (const button of $("tabs").querySelectorAll("[data-go]")) {
    if (button.dataset.go === name) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
}

/** Shows a message in `element` until it is shown without one. */
export function notice(element, text, kind = "warn") {
  element.hidden = !text;
  element.dataset.kind = kind;
  element.textContent = text ?? "";
}

/** The clock of the device frame, and the sizes that the switcher scales by. */
export function device() {
  const tick = () => {
    $("clock").textContent = new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  };
  tick();
  setInterval(tick, 5_000);
  const bar = screen.querySelector(".statusbar");
  new ResizeObserver(() => {
    const width = screen.clientWidth;
    screen.style.setProperty("--screen-width", `${width}px`);
    screen.style.setProperty("--screen-height", `${screen.clientHeight - bar.offsetHeight}px`);
    screen.style.setProperty("--half", String((width - MARGINS) / 2 / width));
  }).observe(screen);
}

/** The drawer that holds guide and requests where the page is as narrow as a phone. */
export function drawer() {
  const side = $("side");
  const openers = document.getElementsByClassName("narrow");
  let opener = null;
  const set = (open) => {
    side.toggleAttribute("data-open", open);
    $("scrim").hidden = !open;
    $("phone").inert = open;
    for (const button of openers) button.setAttribute("aria-expanded", String(open));
    if (open) side.focus();
    else opener?.focus();
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-side]");
    if (button === null) return;
    opener = button;
    set(true);
  });
  $("side-close").addEventListener("click", () => set(false));
  $("scrim").addEventListener("click", () => set(false));
  side.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && side.hasAttribute("data-open")) set(false);
  });
  matchMedia("(width < 48rem)").addEventListener("change", () => side.hasAttribute("data-open") && set(false));
}

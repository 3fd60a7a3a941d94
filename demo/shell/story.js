import { $, icon, kept, make } from "./dom.js";

const STEPS = [
  { name: "sign-in", title: "Sign in once", text: "On Portico’s own page, with the name and password that the phone shows." },
  { name: "taxi", title: "Open the taxi", text: "Portico asks what it may see. Its back end checks the token and greets by name.", go: "Open Taxi" },
  { name: "another", title: "Open another", text: "Another company, another origin, no second sign-in.", go: "Open another mini-program" },
  { name: "withdraw", title: "Withdraw the phone number", text: "Under Account. The taxi manages without, at once.", go: "Withdraw the phone number" },
  { name: "sign-out", title: "Sign out", text: "Every open mini-program stops in the same moment.", go: "Sign out, and watch" },
];
const done = kept("everyday.steps", []);

/** The walk through the demo: which steps are done, and which is next. */
export const story = {
  /** Notes that a step was taken. Signing in once all are done begins the walk anew. */
  did(name) {
    const before = name === "sign-in" && done.value.includes("sign-out") ? [] : done.value;
    if (!before.includes(name)) done.value = [...before, name];
    this.draw();
  },

  /** The first step that was not taken. */
  get next() {
    return STEPS.find((step) => !done.value.includes(step.name)) ?? null;
  },

  draw() {
    const { next } = this;
    $("steps").replaceChildren(
      ...STEPS.map((step) => {
        const state = done.value.includes(step.name) ? "done" : step === next ? "now" : "later";
        const said = state === "done" ? make("span", { class: "sr" }, " (done)") : null;
        return make("li", { class: "step", data: { state } }, make("div", {}, make("strong", {}, step.title, said), make("span", {}, step.text)), icon("check"));
      }),
    );
    const coach = $("coach");
    coach.hidden = !next?.go;
    if (next?.go) {
      coach.dataset.step = next.name;
      coach.replaceChildren(make("b", {}, String(STEPS.indexOf(next) + 1)), next.go, icon("next"));
    }
  },
};

import { $, icon, make, start } from "/mini.js";

const LEVELS = {
  full: ["Identity verified", "Checked in full. Every service is open to you."],
  basic: ["Identity verified", "A basic check. Most services are open to you."],
  none: ["Not verified yet", "Your identity has not been checked. What needs no check is open to you."],
  hidden: ["Not shared", "You keep your identity check to yourself. What needs no check is open to you."],
};

const level = ({ claims, scope }) => (scope.includes("kyc.status") ? (claims.kyc?.level ?? "none") : "hidden");

function draw(me) {
  const now = level(me);
  [$("status-title").textContent, $("status-text").textContent] = LEVELS[now] ?? LEVELS.none;
  $("status").dataset.level = now === "hidden" ? "none" : now;
  $("reference").textContent = me.reference.toUpperCase();
  for (const answer of document.querySelectorAll(".answer")) answer.remove();
  for (const button of $("services").querySelectorAll(".serve")) button.disabled = false;
}

function clear() {
  $("reference").textContent = "······";
  for (const button of $("services").querySelectorAll(".serve")) button.disabled = true;
}

function row(service, apply) {
  const button = make("button", { type: "button", className: "serve", disabled: true }, icon(service.icon), make("span", {}, service.name, make("small", {}, service.needs === "none" ? "Open to everybody" : "Needs a checked identity")), icon("next"));
  const item = make("li", {}, button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    item.querySelector(".answer")?.remove();
    item.append(await apply(service));
    button.disabled = false;
  });
  return item;
}

$("sees-open").append(icon("shield"));
const { services } = await (await fetch("/api/services")).json();
let call;
$("services").append(
  ...services.map((service) =>
    row(service, async ({ id }) => {
      try {
        const { message } = await call("/api/applications", { service: id });
        return make("p", { className: "answer", role: "status", data: { kind: "yes" } }, message);
      } catch (error) {
        return make("p", { className: "answer", role: "status", data: { kind: "no" } }, error.message);
      }
    }),
  ),
);
({ call } = await start({
  draw,
  clear,
  sees: [{ glyph: "id", words: "Whether your identity was checked", value: (me) => (level(me) === "hidden" ? null : LEVELS[level(me)]?.[0]) }],
}));

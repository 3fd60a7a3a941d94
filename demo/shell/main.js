import { PorticoHost } from "/sdk/host/index.js";
import { Grants } from "./account.js";
import { $, icon, make } from "./dom.js";
import { device, drawer, notice, show, view } from "./screen.js";
import { story } from "./story.js";
import { theme, themeControls } from "./theme.js";
import { traffic } from "./traffic.js";
import { Windows } from "./windows.js";

const config = await (await fetch("/demo/config.json")).json();
const { apps, person } = config;
const host = new PorticoHost({
  issuer: config.issuer,
  clientId: config.host_id,
  redirectUri: config.redirect_uri,
  theme: theme(),
});
const windows = new Windows(host, apps, () => (host.session !== null ? go("home") : show(windows.count > 0 ? "switcher" : "welcome")));
const grants = new Grants(host, apps, (appId) => void windows.open(appId));
const taxi = apps[0].app_id;

device();
drawer();
traffic(apps);
themeControls((now) => host.setTheme(now));
story.draw();
$("hint-username").textContent = person.username;
$("hint-password").textContent = person.password;
$("apps").append(...apps.map(appRow));

host.on("signed_in", () => story.did("sign-in"));
host.on("launched", ({ appId }) => {
  story.did(appId === taxi ? "taxi" : "another");
  drawHome();
});
host.on("consent_changed", ({ appId, removed }) => {
  if (appId === taxi && removed.split(" ").includes("phone.verified")) story.did("withdraw");
  grants.removed(appId, removed);
});
host.on("session_expired", ({ reason }) => ended(reason));

$("sign-in").addEventListener("click", signIn);
$("sign-in-again").addEventListener("click", signIn);
$("sign-out").addEventListener("click", signOut);
$("coach").addEventListener("click", () => {
  const step = story.next?.name;
  if (step === "taxi") void windows.open(taxi);
  else if (step === "another") void windows.open((apps.find((app) => !windows.has(app.app_id)) ?? apps[1]).app_id);
  else go("account");
});
for (const button of document.querySelectorAll("[data-go]")) button.addEventListener("click", () => go(button.dataset.go));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && host.session !== null && (view() === "app" || view() === "switcher")) go("home");
});

await begin();

async function begin() {
  let back = { kind: "none" };
  let problem = null;
  try {
    back = await host.handleRedirect();
  } catch (error) {
    problem = error.code === "access_denied" ? "The sign-in was cancelled." : error.code === "consent_expired" ? "That question was too old. Open the mini-program again." : "The sign-in did not succeed. Please try again.";
  }
  try {
    if (!(await host.restore())) {
      notice($("welcome-notice"), problem);
      show("welcome");
      return;
    }
  } catch {
    notice($("welcome-notice"), "Portico cannot be reached just now. Reload to try again.");
    show("welcome");
    return;
  }
  await drawPerson();
  notice($("home-notice"), problem);
  go("home");
  $("tabs").hidden = false;
  const reopened = windows.reopen(back.launch?.appId);
  if (back.kind === "consent") await windows.resume(back.launch);
  await reopened;
}

async function signIn() {
  for (const id of ["sign-in", "sign-in-again"]) $(id).disabled = true;
  try {
    await host.signIn({ parameters: { login_hint: person.username } });
  } catch {
    notice($("welcome-notice"), "Portico cannot be reached just now.");
    for (const id of ["sign-in", "sign-in-again"]) $(id).disabled = false;
  }
}

async function signOut() {
  $("sign-out").disabled = true;
  try {
    await host.signOut();
  } catch {
    $("sign-out").disabled = false;
  }
}

/** The session is over: everything that is open has stopped, and is shown so, side by side. */
function ended(reason) {
  windows.end();
  if (reason === "signed_out") story.did("sign-out");
  $("tabs").hidden = true;
  $("sign-out").disabled = false;
  const text = reason === "signed_out" ? "You are signed out." : "Your session is over.";
  if (windows.count === 0) {
    notice($("welcome-notice"), text, "good");
    show("welcome");
    return;
  }
  $("stack-title").textContent = text;
  $("stack-note").textContent = windows.count > 1 ? "All open mini-programs stopped in the same moment." : "The open mini-program stopped in the same moment.";
  $("sign-in-again").hidden = false;
  show("switcher");
  $("sign-in-again").focus();
}

function go(name) {
  if (name === "account") void grants.refresh();
  if (name === "home") drawHome();
  show(name);
}

async function drawPerson() {
  let name = person.name;
  try {
    name = (await (await host.fetch("/v1/me/profile")).json()).name ?? name;
  } catch {
    // The name of the demo's only person is known anyway.
  }
  const hour = new Date().getHours();
  $("home-hello").textContent = hour >= 5 && hour < 12 ? "Good morning" : hour >= 12 && hour < 18 ? "Good afternoon" : "Good evening";
  $("home-title").textContent = name.split(" ")[0];
  $("account-title").textContent = name;
  $("account-username").textContent = `Signed in as ${person.username}`;
  for (const avatar of document.querySelectorAll(".avatar")) avatar.textContent = name[0];
}

function appRow(app) {
  return make(
    "li",
    {},
    make(
      "button",
      { type: "button", class: "app", data: { app: app.app_id }, onclick: () => void windows.open(app.app_id) },
      make("img", { src: app.icon, alt: "" }),
      make("span", {}, make("strong", {}, app.name), make("small", {}, app.tagline), make("small", {}, `by ${app.company}`)),
      icon("next"),
    ),
  );
}

function drawHome() {
  for (const row of $("apps").querySelectorAll(".app")) {
    const open = windows.has(row.dataset.app);
    const mark = row.lastElementChild;
    if (open === (mark.tagName === "EM")) continue;
    mark.replaceWith(open ? make("em", {}, "Open") : icon("next"));
  }
}

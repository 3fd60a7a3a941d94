import { $, kept, make } from "./dom.js";

const MOST = 200;
const cleared = kept("everyday.cleared", 0);

/** What a request is about, in words. Server paths are shown with their secret parts masked. */
const MEANING = [
  ["GET", /^\/\.well-known\/(openid-configuration|oauth-authorization-server)$/, "Where everything is"],
  ["GET", /^\/oauth\/authorize$/, "May I sign somebody in?"],
  ["POST", /^\/oauth\/authorize$/, "Sign-in page answered"],
  ["GET", /^\/(sign-in|login)/, "Sign-in page"],
  ["POST", /^\/(sign-in|login)/, "Password checked"],
  ["GET", /^\/oauth\/jwks$/, "Public keys"],
  ["GET", /^\/consent\//, "Consent page"],
  ["POST", /^\/consent\//, "The person decides"],
  ["GET", /^\/v1\/events$/, "Live events, kept open"],
  ["GET", /^\/v1\/me\/apps$/, "Who sees what?"],
  ["PATCH", /^\/v1\/me\/apps\//, "Withdraw a permission"],
  ["DELETE", /^\/v1\/me\/apps\//, "Withdraw everything"],
  ["POST", /^\/oauth\/introspect$/, "Is this token good?"],
  ["GET", /^\/oauth\/userinfo$/, "What may I see?"],
  ["POST", /^\/oauth\/revoke$/, "Sign out"],
  ["GET", /^\/settings/, "Portico settings"],
  ["POST", /^\/settings/, "A change in the settings"],
  ["POST", /^\/logout$/, "The session is over"],
  ["GET", /^\/v1\/me\/profile$/, "Who is signed in?"],
  ["GET", /^\/api\/me$/, "The page asks its own back end"],
  ["GET", /^\/api\/(goods|services)$/, "What there is"],
  ["POST", /^\/api\/(rides|orders|applications)$/, "An order"],
];
const GRANTS = {
  authorization_code: () => "Sign-in completed",
  refresh_token: () => "Tokens renewed",
  "token-exchange": (app) => `Launch token for ${app}`,
};

/** Follows the requests that the server reports and shows them, the latest first. */
export function traffic(apps) {
  const names = new Map(apps.map((app) => [app.key, `${app.short_name}’s back end`]));
  names.set("portico", "Portico").set("browser", "Browser").set("gateway", "The gateway").set("other", "Another program");
  const titles = new Map(apps.map((app) => [app.app_id, app.name]));
  const list = $("lines");
  let latest = 0;
  let live = false;

  const add = (line) => {
    latest = Math.max(latest, line.id);
    if (line.id <= cleared.value) return;
    list.prepend(row(line, names, titles, live));
    while (list.childElementCount > MOST) list.lastElementChild.remove();
    $("traffic-empty").hidden = true;
  };
  const stream = new EventSource("/demo/requests");
  stream.addEventListener("request", (event) => add(JSON.parse(event.data)));
  stream.addEventListener("caught_up", () => {
    live = true;
    status("live", true);
  });
  stream.addEventListener("error", () => status("reconnecting", false));
  $("traffic-clear").addEventListener("click", () => {
    cleared.value = latest;
    list.replaceChildren();
    $("traffic-empty").hidden = false;
    $("traffic-empty").textContent = "Cleared. New requests appear here.";
  });
}

function status(text, on) {
  $("traffic-state").textContent = text;
  $("traffic-state").toggleAttribute("data-on", on);
}

function row(line, names, titles, live) {
  const kind = line.status >= 500 ? "failed" : line.status >= 400 ? "refused" : line.status >= 300 ? "moved" : "good";
  const element = make(
    "li",
    { class: "line", data: { caller: line.caller, path: line.path, ...(live && { new: "" }) } },
    make("div", { class: "who" }, make("i", { ariaHidden: "true" }), names.get(line.caller) ?? line.caller, make("span", { class: "to" }, names.get(line.callee) ?? line.callee)),
    make("span", { class: "ms" }, line.ms < 10 ? `${line.ms.toFixed(1)} ms` : `${Math.round(line.ms)} ms`),
    make("div", { class: "call" }, make("b", {}, line.method), line.path),
    make("span", { class: "status", data: { kind } }, String(line.status)),
  );
  const note = noteOf(line, titles);
  if (note.length > 0) element.append(make("div", { class: "note" }, ...note));
  return element;
}

function noteOf(line, titles) {
  const note = [];
  const grant = GRANTS[line.grant]?.(titles.get(line.audience) ?? "a mini-program");
  const meaning = grant ?? MEANING.find(([method, path]) => method === line.method && path.test(line.path))?.[2];
  if (meaning) note.push(meaning);
  if (line.active !== undefined) note.push(make("b", { data: { kind: line.active ? "good" : "bad" } }, line.active ? "active" : "not active"));
  if (line.error) note.push(make("b", { data: { kind: "bad" } }, line.error));
  for (const word of [...(line.scope?.split(" ") ?? []), ...(line.claims ?? [])]) note.push(make("code", {}, word));
  return note;
}

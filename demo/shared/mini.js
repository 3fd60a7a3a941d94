import { connect, SessionExpired } from "/sdk/mini-program/index.js";

/** The element with this id. */
export const $ = (id) => document.getElementById(id);

const SVG = "http://www.w3.org/2000/svg";

/** An icon of the sprite, in the colour of the text around it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "i");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

/** A new element; `properties` are set as properties, `data` as data attributes. */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Connects to the super app, and keeps what is seen true: `draw(me)` is called with what the back end knows of the
 * person after every launch and every change of consent, `clear()` when the session is over. `me(call, host)` asks
 * somebody else than the back end, where that knows of no profile.
 *
 * @returns `call`, which asks this mini-program's own back end, and `request`, which has the host ask the person
 * for a scope.
 */
export async function start({ draw, clear = () => {}, sees, me = (call) => call("/api/me") }) {
  const { host, api } = await (await fetch("/config.json")).json();
  let connection = null;

  const call = async (path, body, at = api) => {
    const response = await fetch(`${at}${path}`, {
      method: body === undefined ? "GET" : "POST",
      headers: {
        authorization: `Bearer ${await connection.token()}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (response.status === 401) end();
    if (!response.ok) throw Object.assign(new Error(answer.message ?? answer.error_description), { code: answer.error });
    return answer;
  };
  const refresh = async () => {
    try {
      const known = await me(call, host);
      if (connection.expired) return;
      $("ended").hidden = true;
      document.body.dataset.ready = "";
      draw(known);
      list(known, sees);
    } catch (error) {
      if (error instanceof SessionExpired) end();
    }
  };
  const end = () => {
    $("sees").close();
    clear();
    $("ended").hidden = false;
    for (const part of document.querySelectorAll("main")) part.inert = true;
  };
  const themed = (theme) => {
    document.documentElement.dataset.theme = theme;
  };

  $("sees-open").addEventListener("click", () => $("sees").showModal());
  try {
    connection = await connect({ hostOrigins: [host], storages: ["localStorage", "sessionStorage"] });
  } catch {
    $("ended").hidden = false;
    return { call, request: async () => false };
  }
  themed(connection.theme);
  connection.onThemeChanged(themed);
  connection.onConsentChanged(() => void refresh());
  connection.onSessionExpired(end);
  connection.onLaunch(() => {
    for (const part of document.querySelectorAll("main")) part.inert = false;
    themed(connection.theme);
    void refresh();
  });
  await refresh();
  return { call, request: (scope) => connection.requestPermission(scope) };
}

/** What is seen of the person, claim by claim. */
function list(me, sees) {
  $("sees-list").replaceChildren(
    ...sees.map(({ glyph, words, value }) => {
      const seen = value(me);
      return make("li", { data: { seen: seen ? "yes" : "no" } }, icon(glyph), make("span", {}, words, make("small", {}, seen ?? "Not shared")), seen ? icon("check") : null);
    }),
    make("li", {}, icon("lock"), make("span", {}, "An id of its own", make("small", {}, `${me.reference}… means nothing to anybody else`)), icon("check")),
  );
}

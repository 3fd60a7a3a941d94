import { $, icon, make } from "./dom.js";

const WORDS = {
  "profile.basic": ["person", "Name and picture"],
  "phone.verified": ["phone", "Phone number"],
  "email.verified": ["mail", "E-mail address"],
  "kyc.status": ["id", "Identity check"],
};

/** What each mini-program may see, with a way to take it back. */
export class Grants {
  #host;
  #apps;
  #open;
  #entries = [];

  /** `open` is called with the id of a mini-program that the person wants to see. */
  constructor(host, apps, open) {
    this.#host = host;
    this.#apps = new Map(apps.map((app) => [app.app_id, app]));
    this.#open = open;
  }

  /** Notes what was withdrawn, here or elsewhere. */
  removed(appId, scope) {
    const gone = new Set(scope.split(" "));
    const entry = this.#entries.find((one) => one.app_id === appId);
    if (!entry) return;
    entry.scope = entry.scope.split(" ").filter((name) => !gone.has(name)).join(" ");
    for (const permission of entry.permissions) if (gone.has(permission.scope)) permission.decision = "withdrawn";
    this.#draw();
  }

  /** Asks Portico, and draws. */
  async refresh() {
    try {
      const { apps } = await (await this.#host.fetch("/v1/me/apps")).json();
      this.#entries = apps.filter((entry) => this.#apps.has(entry.app_id));
      this.#draw();
    } catch (error) {
      if (error.code !== "session_expired" && error.code !== "not_signed_in") {
        $("grants").replaceChildren(make("p", { class: "grants-none" }, "This cannot be shown just now."));
      }
    }
  }

  #draw() {
    $("grants").replaceChildren(...(this.#entries.length > 0 ? this.#entries.map((entry) => this.#card(entry)) : [none()]));
  }

  #card(entry) {
    const app = this.#apps.get(entry.app_id);
    const scopes = entry.scope.split(" ").filter((scope) => scope in WORDS);
    const gone = entry.permissions.filter(({ scope, decision }) => decision === "withdrawn" && scope in WORDS).map(({ scope }) => scope);
    return make(
      "article",
      { class: "grant", data: { app: app.key } },
      make("header", {}, make("img", { src: app.icon, alt: "" }), make("strong", {}, app.name), make("button", { type: "button", class: "quiet", ariaLabel: `Open ${app.name}`, onclick: () => this.#open(entry.app_id) }, "Open")),
      make(
        "ul",
        {},
        ...scopes.map((scope) => this.#granted(entry, app, scope)),
        ...gone.map((scope) => make("li", { class: "gone" }, icon(WORDS[scope][0]), make("span", {}, WORDS[scope][1]), make("em", {}, "Withdrawn"))),
        ...(scopes.length + gone.length === 0 ? [make("li", {}, make("span", { class: "muted" }, "Nothing but an id of its own"))] : []),
      ),
    );
  }

  #granted(entry, app, scope) {
    const [glyph, words] = WORDS[scope];
    const withdraw = make("button", { type: "button", class: "withdraw", data: { scope }, ariaLabel: `Withdraw ${words.toLowerCase()} from ${app.name}` }, "Withdraw");
    withdraw.addEventListener("click", async () => {
      withdraw.disabled = true;
      try {
        const keep = entry.scope.split(" ").filter((name) => name !== scope).join(" ");
        await this.#host.fetch(`/v1/me/apps/${encodeURIComponent(entry.app_id)}`, {
          method: "PATCH",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ scope: keep }),
        });
        this.removed(entry.app_id, scope);
      } catch {
        withdraw.disabled = false;
      }
    });
    return make("li", {}, icon(glyph), make("span", {}, words), withdraw);
  }
}

function none() {
  return make("p", { class: "grants-none" }, "Nothing yet. Open a mini-program, and it asks first.");
}

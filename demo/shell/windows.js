import { $, icon, kept, make } from "./dom.js";
import { show, view } from "./screen.js";

const open = kept("everyday.open", []);

/** The mini-programs that are open: each in a window of its own, alive until it is closed. */
export class Windows {
  #host;
  #apps;
  #leave;
  #windows = new Map();
  /** What was open before the page was loaded. */
  #before = open.value;

  /** `leave` is called when the person leaves the front window. */
  constructor(host, apps, leave) {
    this.#host = host;
    this.#leave = leave;
    this.#apps = new Map(apps.map((app) => [app.app_id, app]));
    host.on("launched", ({ appId }) => this.#state(appId, "live"));
  }

  has(appId) {
    return this.#windows.has(appId);
  }

  get count() {
    return this.#windows.size;
  }

  /** Opens a mini-program, or brings it to the front. The page may go to the consent page meanwhile. */
  async open(appId, { askAgain = false } = {}) {
    if (!this.#windows.has(appId)) this.#add(appId);
    this.#front(appId);
    const window = this.#windows.get(appId);
    if (window.miniProgram || window.busy) return;
    await this.#launch(appId, (app, iframe) => this.#host.launch(appId, { entry: app.entry, iframe, askAgain }));
  }

  /** Goes on with a launch after the consent page. */
  async resume(launch) {
    if (!this.#windows.has(launch.appId)) this.#add(launch.appId);
    this.#front(launch.appId);
    await this.#launch(launch.appId, (_, iframe) => this.#host.resume(launch, { iframe }));
  }

  /** Opens what was open before the page was loaded, but not `except`, without asking the person anything. */
  async reopen(except) {
    const before = this.#before.filter((appId) => this.#apps.has(appId) && appId !== except);
    await Promise.all(
      before.map((appId) => {
        this.#add(appId);
        return this.#launch(appId, (app, iframe) => this.#host.resume({ appId, entry: app.entry }, { iframe }));
      }),
    );
  }

  /** Marks every window as stopped: the mini-programs have been told, and stay to be looked at. */
  end() {
    for (const [appId, { miniProgram }] of [...this.#windows]) {
      if (miniProgram) this.#state(appId, "ended");
      else this.close(appId);
    }
    open.value = [];
  }

  close(appId) {
    const window = this.#windows.get(appId);
    window?.miniProgram?.close();
    window?.element.remove();
    this.#windows.delete(appId);
    this.#changed();
  }

  /** Brings a window to the front. */
  #front(appId) {
    for (const [id, { element }] of this.#windows) element.toggleAttribute("data-front", id === appId);
    show("app");
  }

  async #launch(appId, launch) {
    const window = this.#windows.get(appId);
    window.busy = true;
    this.#state(appId, "opening");
    try {
      window.miniProgram = await launch(this.#apps.get(appId), window.iframe);
      if (!this.#windows.has(appId)) window.miniProgram.close();
      this.#changed();
    } catch (error) {
      this.#fail(appId, error);
    } finally {
      window.busy = false;
    }
  }

  #fail(appId, error) {
    const window = this.#windows.get(appId);
    if (!window || error.code === "session_expired") return;
    const app = this.#apps.get(appId);
    window.text.textContent =
      error.code === "access_denied"
        ? `${app.name} does not open without what you refused. Nothing was shared.`
        : error.retryable
          ? "Portico cannot be reached just now."
          : `${app.name} could not be opened (${error.code ?? error.name}).`;
    window.refused = error.code === "access_denied";
    window.retry.textContent = window.refused ? "Ask me again" : "Try again";
    window.retry.hidden = false;
    this.#state(appId, "failed");
    if (document.activeElement === document.body) window.retry.focus();
  }

  #state(appId, state) {
    const window = this.#windows.get(appId);
    if (!window) return;
    window.element.dataset.state = state;
    if (state === "opening") {
      window.text.textContent = `Opening ${this.#apps.get(appId).name}`;
      window.retry.hidden = true;
    }
  }

  #changed() {
    open.value = [...this.#windows].filter(([, window]) => window.miniProgram).map(([appId]) => appId);
    $("open-count").textContent = String(this.count);
    $("open-count").hidden = this.count === 0;
    $("stack-empty").hidden = this.count > 0;
    $("stack-note").textContent = this.count > 0 ? `${this.count} running, each kept apart from the others.` : "";
    if (this.count === 0 && view() !== "home" && view() !== "account") this.#leave();
  }

  #add(appId) {
    const app = this.#apps.get(appId);
    const parts = windowOf(app, {
      back: () => this.#leave(),
      close: () => {
        this.close(appId);
        if (view() === "app") this.#leave();
      },
      front: () => this.#front(appId),
      retry: () => void this.open(appId, { askAgain: this.#windows.get(appId).refused }),
    });
    this.#windows.set(appId, { ...parts, miniProgram: null, busy: false });
    $("rail").append(parts.element);
    this.#changed();
  }
}

function windowOf(app, act) {
  const button = (name, label, run, extra = "") => make("button", { type: "button", class: extra, ariaLabel: label, onclick: run }, icon(name));
  const iframe = make("iframe", { title: app.name, name: app.key });
  const text = make("p", { role: "status" });
  const retry = make("button", { type: "button", class: "primary", hidden: true, onclick: act.retry });
  const side = button("pulse", "Guide and requests", null, "round narrow");
  side.dataset.side = "";
  const element = make(
    "article",
    { class: "window", data: { app: app.key, state: "opening" }, ariaLabel: app.name },
    make(
      "div",
      { class: "window-body" },
      make(
        "header",
        { class: "window-bar" },
        make("img", { src: app.icon, alt: "" }),
        make("strong", {}, app.name),
        side,
        make("div", { class: "capsule" }, button("home", "Back to home; it stays open", act.back), button("close", `Close ${app.name}`, act.close)),
      ),
      make("div", { class: "frame" }, iframe, make("div", { class: "splash" }, make("img", { src: app.icon, alt: "" }), text, retry)),
    ),
    make("span", { class: "ended-tag" }, "Stopped"),
    make("button", { type: "button", class: "cover", ariaLabel: `Show ${app.name}`, onclick: act.front }),
    button("close", `Close ${app.name}`, act.close, "card-close"),
  );
  return { element, iframe, text, retry };
}

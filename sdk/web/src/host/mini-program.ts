import { SessionExpired, type PorticoError } from "../shared/errors.js";
import type { ConsentChangedMessage, EndReason, MiniProgramMessage } from "../shared/messages.js";
import { covers, union, without } from "../shared/scope.js";
import type { Context } from "./context.js";
import { ask } from "./consent.js";
import { exchange, type Exchanged } from "./exchange.js";
import type { PendingLaunch } from "./options.js";
import { Renewal } from "./renewal.js";
import type { Say, View } from "./view.js";

/** A launch whose every field is decided. */
export type Launch = PendingLaunch & Required<Pick<PendingLaunch, "theme" | "locale" | "path">>;

/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}. */
export class MiniProgram {
  /** Its id, as registered. */
  readonly appId: string;
  /** The only origin that it is spoken to at. */
  readonly origin: string;
  /** The frame that it runs in; `undefined` in a WebView. */
  readonly iframe: HTMLIFrameElement | undefined;
  /** What it may see, as far as this host knows; empty when the session is over. */
  scope = "";
  readonly #host: Context;
  readonly #view: View;
  readonly #renewal: Renewal<Exchanged>;
  #launch: Launch;
  #token: Exchanged | null;
  #ended: EndReason | null = null;

  /** @internal */
  constructor(host: Context, launch: Launch, view: View, token: Exchanged) {
    this.appId = launch.appId;
    this.origin = view.origin;
    this.iframe = view.iframe;
    this.#host = host;
    this.#launch = launch;
    this.#view = view;
    this.#token = token;
    this.#renewal = new Renewal(
      host.env,
      async () => this.#take(await exchange(host, this.#launch, "none")),
      async () => {
        const say = view.say;
        say?.("token_renewed", this.#fresh(await this.#renewal.run()));
      },
    );
    this.#take(token);
    host.open.add(this);
    view.open(launch.entry, (message, say) => void this.#hear(message, say));
  }

  /** Whether the document in its place has connected, and has not gone since. */
  get connected(): boolean {
    return !!this.#view.say;
  }

  /** Stops speaking with it, and removes the iframe if `launch` made it. */
  close(): void {
    this.#stop();
    this.#view.close();
    this.#host.open.delete(this);
  }

  /** @internal */
  end(reason: EndReason): void {
    this.#stop();
    this.#ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
    this.#view.say?.("session_expired", { reason: this.#ended });
  }

  /** @internal */
  consentChanged(change: Pick<ConsentChangedMessage, "scope" | "removed">): void {
    this.scope = without(this.scope, change.removed);
    this.#view.say?.("consent_changed", change);
  }

  /** @internal */
  themeChanged(theme: string): void {
    this.#launch = { ...this.#launch, theme };
    this.#view.say?.("theme_changed", { theme });
  }

  async #hear(message: MiniProgramMessage, say: Say): Promise<void> {
    if (this.#ended) return say("session_expired", { reason: this.#ended });
    try {
      await this.#answer(message, say);
    } catch (error) {
      const { code = "server_error" } = error as Partial<PorticoError>;
      if (message.type !== "ready" && !this.#ended) say("error", { id: message.id, error: code });
    }
  }

  async #answer(message: MiniProgramMessage, say: Say): Promise<void> {
    if (message.type === "ready") {
      if (this.#token && this.#token.renewAt <= this.#host.env.now()) await this.#renewal.run();
      return this.#sendLaunch(say);
    }
    const { id } = message;
    if (message.type === "renew") {
      say("token_renewed", { id, ...this.#fresh(await this.#renewal.run()) });
    } else if (message.type === "login") {
      const { purpose } = message;
      const code = await exchange(this.#host, this.#launch, "none", purpose ?? "login");
      say("login_code", { id, code: code.value, expiresIn: this.#seconds(code), ...(purpose && { purpose }) });
    } else {
      if (!covers(this.scope, message.scope)) {
        const { scope } = this.#launch;
        const launch = { ...this.#launch, ...(scope && { scope: union(scope, message.scope) }) };
        this.#take(await ask(this.#host, launch, message.scope));
        this.#launch = launch;
      }
      this.#sendLaunch(say, { id });
    }
  }

  /** Takes a token that was asked for before; the session may have ended meanwhile. */
  #take(token: Exchanged): Exchanged {
    if (!this.#token) throw new SessionExpired(this.#ended ?? "expired");
    this.#renewal.at(token.renewAt);
    this.scope = token.scope;
    return (this.#token = token);
  }

  #stop(): void {
    this.#renewal.cancel();
    this.#token = null;
    this.scope = "";
  }

  #sendLaunch(say: Say, id?: { id: string }): void {
    if (!this.#token) return;
    const { appId, scope } = this;
    const { theme, locale, path } = this.#launch;
    say("launch", { ...id, miniProgramId: appId, ...this.#fresh(this.#token), scope, theme, locale, path });
    this.#host.events.emit("launched", { appId, scope });
  }

  #fresh(token: Exchanged) {
    return { token: token.value, expiresIn: this.#seconds(token) };
  }

  #seconds({ expiresAt }: Exchanged): number {
    return Math.min(1800, Math.ceil((expiresAt - this.#host.env.now()) / 1000));
  }
}

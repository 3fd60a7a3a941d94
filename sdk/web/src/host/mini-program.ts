import type { Environment } from "../shared/environment.js";
import { PorticoError, SessionExpired, Unreachable } from "../shared/errors.js";
import type { EndReason, MiniProgramMessage } from "../shared/messages.js";
import { covers, union, without } from "../shared/scope.js";
import { SingleFlight } from "../shared/single-flight.js";
import type { Exchanged, Wish } from "./exchange.js";
import { Frame, type FrameDocument } from "./frame.js";
import type { PendingLaunch, Place } from "./options.js";

/** What a mini-program needs of its host. */
export interface Launcher {
  exchange(appId: string, wish: Wish): Promise<Exchanged>;
  /** Asks the person for `scope`, then launches as `launch` says. */
  ask(launch: PendingLaunch, scope: string): Promise<Exchanged>;
  launched(miniProgram: MiniProgram): void;
  closed(miniProgram: MiniProgram): void;
}

/** A launch whose every field is decided. */
export type Launch = PendingLaunch & Required<Pick<PendingLaunch, "theme" | "locale" | "path">>;

const RETRY_MS = 5_000;

/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}. */
export class MiniProgram {
  readonly appId: string;
  readonly #env: Environment;
  readonly #launcher: Launcher;
  readonly #frame: Frame;
  readonly #renewal = new SingleFlight(() => this.#renew());
  #launch: Launch;
  #token: Exchanged | null;
  #ended: EndReason | null = null;
  #closed = false;
  #cancelTimer = () => {};

  /** @internal */
  constructor(env: Environment, launcher: Launcher, launch: Launch, place: Place, token: Exchanged) {
    this.appId = launch.appId;
    this.#env = env;
    this.#launcher = launcher;
    this.#launch = launch;
    this.#token = token;
    this.#frame = new Frame(launch.entry, place, (message, document) => void this.#hear(message, document));
    this.#schedule();
  }

  /** The frame that it runs in. */
  get iframe(): HTMLIFrameElement {
    return this.#frame.element;
  }

  /** The only origin that it is spoken to at. */
  get origin(): string {
    return this.#frame.origin;
  }

  /** What it may see, as far as this host knows; empty when the session is over. */
  get scope(): string {
    return this.#token?.scope ?? "";
  }

  /** Whether the document in the frame has connected, and has not gone since. */
  get connected(): boolean {
    return this.#frame.document.ready;
  }

  /**
   * Launches it again where it is, without loading its page anew: after somebody has signed in again.
   *
   * @throws as {@link PorticoHost.launch}, but a missing consent is {@link ConsentRequired}; {@link PorticoError}
   * `closed` once it is closed.
   */
  async relaunch(): Promise<void> {
    const document = this.#frame.document;
    const token = await this.#launcher.exchange(this.appId, { scope: this.#launch.scope });
    if (this.#closed) throw new PorticoError("closed", `${this.appId} is closed`);
    this.#token = token;
    this.#ended = null;
    this.#schedule();
    this.#sendLaunch(document);
  }

  /** Stops speaking with it, and removes the iframe if `launch` made it. */
  close(): void {
    this.#cancelTimer();
    this.#closed = true;
    this.#token = null;
    this.#frame.close();
    this.#launcher.closed(this);
  }

  /** @internal */
  end(reason: EndReason): void {
    this.#cancelTimer();
    this.#token = null;
    this.#ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
    this.#frame.send(this.#frame.document, "session_expired", { reason: this.#ended });
  }

  /** @internal */
  consentChanged(scope: string, removed: string): void {
    if (this.#token !== null) this.#token = { ...this.#token, scope: without(this.#token.scope, removed) };
    this.#frame.send(this.#frame.document, "consent_changed", { scope, removed });
  }

  /** @internal */
  themeChanged(theme: string): void {
    this.#launch = { ...this.#launch, theme };
    this.#frame.send(this.#frame.document, "theme_changed", { theme });
  }

  async #hear(message: MiniProgramMessage, document: FrameDocument): Promise<void> {
    if (this.#ended !== null) {
      this.#frame.send(document, "session_expired", { reason: this.#ended });
      return;
    }
    try {
      await this.#answer(message, document);
    } catch (error) {
      const code = error instanceof PorticoError ? error.code : "server_error";
      if (message.type !== "ready" && this.#ended === null)
        this.#frame.send(document, "error", { id: message.id, error: code });
    }
  }

  async #answer(message: MiniProgramMessage, document: FrameDocument): Promise<void> {
    switch (message.type) {
      case "ready":
        if (this.#left() <= this.#margin()) await this.#renewal.run();
        this.#sendLaunch(document);
        return;
      case "renew": {
        const token = await this.#renewal.run();
        this.#frame.send(document, "token_renewed", {
          id: message.id,
          token: token.value,
          expiresIn: this.#seconds(token),
        });
        return;
      }
      case "login": {
        const code = await this.#launcher.exchange(this.appId, {
          scope: this.#launch.scope,
          prompt: "none",
          type: "login-code",
        });
        this.#frame.send(document, "login_code", {
          id: message.id,
          code: code.value,
          expiresIn: this.#seconds(code),
        });
        return;
      }
      case "request_permission":
        if (!covers(this.scope, message.scope)) await this.#permit(message.scope);
        this.#sendLaunch(document, message.id);
    }
  }

  async #permit(scope: string): Promise<void> {
    const { scope: asked, ...rest } = this.#launch;
    const launch: Launch = asked === undefined ? this.#launch : { ...rest, scope: union(asked, scope) };
    this.#take(await this.#launcher.ask(launch, scope));
    this.#launch = launch;
  }

  async #renew(): Promise<Exchanged> {
    const token = await this.#launcher.exchange(this.appId, { scope: this.#launch.scope, prompt: "none" });
    this.#take(token);
    return token;
  }

  /** Takes a token that was asked for before; the session may have ended meanwhile. */
  #take(token: Exchanged): void {
    if (this.#token === null) throw new SessionExpired(this.#ended ?? "expired");
    this.#token = token;
    this.#schedule();
  }

  #sendLaunch(document: FrameDocument, id?: string): void {
    if (this.#token === null || !document.ready) return;
    const { theme, locale, path } = this.#launch;
    this.#frame.send(document, "launch", {
      ...(id !== undefined && { id }),
      miniProgramId: this.appId,
      token: this.#token.value,
      scope: this.#token.scope,
      expiresIn: this.#seconds(this.#token),
      theme,
      locale,
      path,
    });
    this.#launcher.launched(this);
  }

  #left(): number {
    return this.#token === null ? 0 : this.#token.expiresAt - this.#env.now();
  }

  #seconds(token: Exchanged): number {
    return Math.min(1800, Math.max(1, Math.floor((token.expiresAt - this.#env.now()) / 1000)));
  }

  /** How long before its end a token is renewed. */
  #margin(): number {
    return Math.min(120_000, (this.#token?.lifetime ?? 0) / 5);
  }

  #schedule(ms = this.#left() - this.#margin()): void {
    this.#cancelTimer();
    this.#cancelTimer = this.#env.timer(() => void this.#renewUnasked(), Math.max(0, ms));
  }

  async #renewUnasked(): Promise<void> {
    const document = this.#frame.document;
    if (!document.ready) return;
    try {
      const token = await this.#renewal.run();
      this.#frame.send(document, "token_renewed", { token: token.value, expiresIn: this.#seconds(token) });
    } catch (error) {
      if (error instanceof Unreachable && this.#token !== null)
        this.#schedule((error.retryAfter ?? 0) * 1000 || RETRY_MS);
    }
  }
}

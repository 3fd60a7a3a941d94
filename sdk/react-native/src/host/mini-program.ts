import { PorticoError, SessionExpired, Unreachable } from "../errors";
import type { Environment } from "../net/environment";
import { textClaim, unverifiedClaims } from "../net/jwt";
import { Emitter, type Unsubscribe } from "./emitter";
import type { EndReason, MiniProgramMessage } from "../messages/messages";
import { covers, union, without } from "./scope";
import { SingleFlight } from "./single-flight";
import { attach, type Attached } from "./attachment";
import type { Exchanged, Wish } from "./exchange";
import type { Launch } from "./options";
import type { Page, PageDocument } from "./page";

/** What a mini-program needs of its host. */
export interface Launcher {
  exchange(appId: string, wish: Wish): Promise<Exchanged>;
  /** Asks the person for `scope`, then launches as `launch` says. */
  ask(launch: Launch, scope: string): Promise<Exchanged>;
  launched(miniProgram: MiniProgram): void;
  closed(miniProgram: MiniProgram): void;
}

const RETRY_MS = 5_000;
let launches = 0;

/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}, shown by a {@link MiniProgramView}. */
export class MiniProgram {
  /** Its id, in reverse domain order. */
  readonly appId: string;
  /** The address that is loaded. */
  readonly entry: string;
  /** The only origins that it is spoken to at, and that it can navigate to. */
  readonly origins: readonly string[];
  /** @internal Another for every launch. */
  readonly key = (launches += 1);
  readonly #env: Environment;
  readonly #launcher: Launcher;
  readonly #renewal = new SingleFlight(() => this.#renew());
  readonly #news = new Emitter<{ profile: string }>();
  #launch: Launch;
  #token: Exchanged | null;
  #profile: string;
  #attached: Attached | null = null;
  #ended: EndReason | null = null;
  #isClosed = false;
  #cancelTimer = () => {};

  /** @internal */
  constructor(env: Environment, launcher: Launcher, launch: Launch, token: Exchanged) {
    this.appId = launch.appId;
    this.entry = launch.entry;
    this.origins = launch.origins;
    this.#env = env;
    this.#launcher = launcher;
    this.#launch = launch;
    this.#token = token;
    this.#profile = this.#profileOf(token);
    this.#schedule();
  }

  /** What it may see, as far as this host knows; empty when the session is over. */
  get scope(): string {
    return this.#token?.scope ?? "";
  }

  /** Whether its page has connected, and has not gone since. */
  get isConnected(): boolean {
    return this.#page?.document.isReady ?? false;
  }

  /** Whether its WebView has cookies and storage of its own; `null` while it is not shown. Without, they are by origin. */
  get isStorageApart(): boolean | null {
    return this.#attached?.storageApart ?? null;
  }

  /** The name of its storage: another for every mini-program, and for every person. */
  get profile(): string {
    return this.#profile;
  }

  /** Calls `listener` when another person was launched: the WebView has to be another one then. */
  onProfile(listener: () => void): Unsubscribe {
    return this.#news.on("profile", listener);
  }

  /**
   * Launches it again where it is, without loading its page anew: after somebody has signed in again.
   *
   * @throws as {@link PorticoHost.launch}, but a missing consent is {@link ConsentRequired}; {@link PorticoError}
   * `closed` once it is closed.
   */
  async relaunch(): Promise<void> {
    const document = this.#page?.document;
    const token = await this.#launcher.exchange(this.appId, { scope: this.#launch.scope });
    if (this.#isClosed) throw new PorticoError("closed", `${this.appId} is closed`);
    this.#token = token;
    this.#ended = null;
    this.#schedule();
    const profile = this.#profileOf(token);
    if (profile !== this.#profile) {
      this.#profile = profile;
      this.#release();
      this.#news.emit("profile", profile);
    } else if (document !== undefined) this.#sendLaunch(document);
  }

  /** Stops speaking with it. Take its view away too. */
  close(): void {
    if (this.#isClosed) return;
    this.#cancelTimer();
    this.#isClosed = true;
    this.#token = null;
    this.#release();
    this.#launcher.closed(this);
  }

  /** @internal Takes the WebView below `viewTag`, letting go what it had before; the answer lets go of this one. */
  async attach(viewTag: number, refused: (url: string) => void): Promise<() => void> {
    const profile = this.#profile;
    const attached = await attach(viewTag, {
      appId: this.appId,
      origins: this.origins,
      profile,
      heard: (message, document) => void this.#hear(message, document),
      refused,
    });
    if (this.#isClosed || profile !== this.#profile) {
      attached.detach();
      throw new PorticoError("closed", `${this.appId} is closed`);
    }
    this.#release();
    this.#attached = attached;
    return () => {
      if (this.#attached === attached) this.#release();
    };
  }

  /** @internal */
  end(reason: EndReason): void {
    this.#cancelTimer();
    this.#token = null;
    this.#ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
    this.#tell((page, document, reason) => page.send(document, "session_expired", { reason }), this.#ended);
  }

  /** @internal */
  consentChanged(scope: string, removed: string): void {
    if (this.#token !== null) this.#token = { ...this.#token, scope: without(this.#token.scope, removed) };
    this.#tell((page, document, change) => page.send(document, "consent_changed", change), { scope, removed });
  }

  /** @internal */
  themeChanged(theme: string): void {
    this.#launch = { ...this.#launch, theme };
    this.#tell((page, document, change) => page.send(document, "theme_changed", change), { theme });
  }

  get #page(): Page | null {
    return this.#attached?.page ?? null;
  }

  #release(): void {
    this.#attached?.detach();
    this.#attached = null;
  }

  #tell<News>(say: (page: Page, document: PageDocument, news: News) => void, news: News): void {
    if (this.#page !== null) say(this.#page, this.#page.document, news);
  }

  async #hear(message: MiniProgramMessage, document: PageDocument): Promise<void> {
    const page = this.#page;
    if (this.#ended !== null) {
      page?.send(document, "session_expired", { reason: this.#ended });
      return;
    }
    try {
      await this.#answer(message, document);
    } catch (error) {
      const code = error instanceof PorticoError ? error.code : "server_error";
      if (message.type !== "ready" && this.#ended === null)
        page?.send(document, "error", { id: message.id, error: code });
    }
  }

  async #answer(message: MiniProgramMessage, document: PageDocument): Promise<void> {
    switch (message.type) {
      case "ready":
        if (this.#left() <= this.#margin()) await this.#renewal.run();
        this.#sendLaunch(document);
        return;
      case "renew": {
        const token = await this.#renewal.run();
        this.#page?.send(document, "token_renewed", {
          id: message.id,
          token: token.value,
          expiresIn: this.#seconds(token),
        });
        return;
      }
      case "login": {
        const { purpose } = message;
        const code = await this.#launcher.exchange(this.appId, {
          scope: this.#launch.scope,
          prompt: "none",
          code: purpose ?? "login",
        });
        this.#page?.send(document, "login_code", {
          id: message.id,
          code: code.value,
          expiresIn: this.#seconds(code),
          ...(purpose !== undefined && { purpose }),
        });
        return;
      }
      case "request_permission":
        if (!covers(this.scope, message.scope)) await this.#permit(message.scope);
        this.#sendLaunch(document, message.id);
    }
  }

  async #permit(scope: string): Promise<void> {
    const asked = this.#launch.scope;
    const launch: Launch = asked === undefined ? this.#launch : { ...this.#launch, scope: union(asked, scope) };
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

  #sendLaunch(document: PageDocument, id?: string): void {
    if (this.#token === null || this.#page?.document !== document || !document.isReady) return;
    const { theme, locale, path } = this.#launch;
    this.#page.send(document, "launch", {
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

  #profileOf(token: Exchanged): string {
    const person = textClaim(unverifiedClaims(token.value), "sub");
    return `portico-${this.#env.sha256(`${this.appId}\n${person}`).slice(0, 32)}`;
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
    const page = this.#page;
    const document = page?.document;
    if (page === null || document === undefined || !document.isReady) return;
    try {
      const token = await this.#renewal.run();
      page.send(document, "token_renewed", { token: token.value, expiresIn: this.#seconds(token) });
    } catch (error) {
      if (error instanceof Unreachable && this.#token !== null)
        this.#schedule((error.retryAfter ?? 0) * 1000 || RETRY_MS);
    }
  }
}

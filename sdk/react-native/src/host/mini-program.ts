import { PorticoError } from "../errors";
import type { EndReason, MiniProgramMessage } from "../messages/messages";
import type { Environment } from "../net/environment";
import { textClaim, unverifiedClaims } from "../net/jwt";
import { attach, type Attached } from "./attachment";
import { Emitter, type Unsubscribe } from "./emitter";
import type { Exchanged, Wish } from "./exchange";
import { LaunchToken } from "./launch-token";
import type { Launch } from "./options";
import type { Page, PageDocument } from "./page";
import { covers, union } from "./scope";

/** What a mini-program needs of its host. */
export interface Launcher {
  exchange(appId: string, wish: Wish): Promise<Exchanged>;
  /** Asks the person for `scope`, then launches as `launch` says. */
  ask(launch: Launch, scope: string): Promise<Exchanged>;
  launched(miniProgram: MiniProgram): void;
  closed(miniProgram: MiniProgram): void;
}

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
  readonly #token: LaunchToken;
  readonly #news = new Emitter<{ profile: string }>();
  #launch: Launch;
  #profile: string;
  #attached: Attached | null = null;
  #ended: EndReason | null = null;
  #isClosed = false;

  /** @internal */
  constructor(env: Environment, launcher: Launcher, launch: Launch, token: Exchanged) {
    this.appId = launch.appId;
    this.entry = launch.entry;
    this.origins = launch.origins;
    this.#env = env;
    this.#launcher = launcher;
    this.#launch = launch;
    const renewed = () => this.#launcher.exchange(this.appId, { scope: this.#launch.scope, prompt: "none" });
    this.#token = new LaunchToken(env, token, renewed, () => this.#renewUnasked());
    this.#profile = this.#profileOf(token);
  }

  /** What it may see, as far as this host knows; empty when the session is over. */
  get scope(): string {
    return this.#token.current?.scope ?? "";
  }

  /** Whether its page has connected, and has not gone since. */
  get isConnected(): boolean {
    return this.#page?.document.isReady ?? false;
  }

  /** Whether its WebView has cookies and storage of its own, and not by origin alone; `null` while it is not shown. */
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
    this.#token.begin(token);
    this.#ended = null;
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
    this.#isClosed = true;
    this.#token.drop();
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
    this.#token.drop();
    this.#ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
    this.#tell((page, document, reason) => page.send(document, "session_expired", { reason }), this.#ended);
  }

  /** @internal */
  consentChanged(scope: string, removed: string): void {
    this.#token.narrow(removed);
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
        if (this.#token.isDue) await this.#token.renew();
        this.#sendLaunch(document);
        return;
      case "renew": {
        const token = await this.#token.renew();
        const expiresIn = this.#token.seconds(token);
        this.#page?.send(document, "token_renewed", { id: message.id, token: token.value, expiresIn });
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
          expiresIn: this.#token.seconds(code),
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
    this.#token.replace(await this.#launcher.ask(launch, scope));
    this.#launch = launch;
  }

  #sendLaunch(document: PageDocument, id?: string): void {
    const token = this.#token.current;
    if (token === null || this.#page?.document !== document || !document.isReady) return;
    const { theme, locale, path } = this.#launch;
    this.#page.send(document, "launch", {
      ...(id !== undefined && { id }),
      miniProgramId: this.appId,
      token: token.value,
      scope: token.scope,
      expiresIn: this.#token.seconds(token),
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

  async #renewUnasked(): Promise<void> {
    const page = this.#page;
    const document = page?.document;
    if (page === null || document === undefined || !document.isReady) return;
    const token = await this.#token.renew();
    page.send(document, "token_renewed", { token: token.value, expiresIn: this.#token.seconds(token) });
  }
}

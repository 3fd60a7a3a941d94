import { PorticoError } from "../errors";
import type { EndReason, MiniProgramMessage } from "../messages/messages";
import type { Environment } from "../net/environment";
import { codeFields, launchFields } from "./answers";
import { attach } from "./attachment";
import { Audience } from "./audience";
import { Emitter, type Unsubscribe } from "./emitter";
import type { Exchanged, Wish } from "./exchange";
import { LaunchToken, profileOf } from "./launch-token";
import type { Launcher } from "./launcher";
import type { HostSession, Launch } from "./options";
import type { PageDocument } from "./page";
import { covers, union } from "./scope";

/** How long a document waits for a token to be renewed, where it could have the one before. */
const PATIENCE_MS = 2_000;

let views = 0;

/** A mini-program that is open in this host. Made by {@link PorticoHost.launch}, shown by a {@link MiniProgramView}. */
export class MiniProgram {
  /** Its id, in reverse domain order. */
  readonly appId: string;
  /** The address that is loaded. */
  readonly entry: string;
  /** The only origins that it is spoken to at, and that it can navigate to. */
  readonly origins: readonly string[];
  readonly #env: Environment;
  readonly #launcher: Launcher;
  readonly #token: LaunchToken;
  readonly #audience = new Audience();
  readonly #news = new Emitter<{ profile: string }>();
  readonly #scope: string | undefined;
  #launch: Launch;
  /** That the token is of: nothing is asked for in another one's name. */
  #session: HostSession;
  #profile: string;
  #key = (views += 1);
  #ended: EndReason | null = null;
  #relaunches = 0;
  #isClosed = false;

  /** @internal */
  constructor(env: Environment, launcher: Launcher, launch: Launch, session: HostSession, token: Exchanged) {
    this.appId = launch.appId;
    this.entry = launch.entry;
    this.origins = launch.origins;
    this.#env = env;
    this.#launcher = launcher;
    this.#scope = launch.scope;
    this.#launch = launch;
    this.#session = session;
    this.#token = new LaunchToken(
      env,
      token,
      () => this.#ask(),
      () => this.#renewUnasked(),
    );
    this.#profile = profileOf(env, this.appId, token);
  }

  /** What it may see, as far as this host knows; empty when the session is over. */
  get scope(): string {
    return this.#token.current?.scope ?? "";
  }

  /** Whether its page has connected, and has not gone since. */
  get isConnected(): boolean {
    return this.#audience.document !== null;
  }

  /** Whether its WebView has cookies and storage of its own, and not by origin alone; `null` while it is not shown. */
  get isStorageApart(): boolean | null {
    return this.#audience.attached?.storageApart ?? null;
  }

  /** The name of its storage: another for every mini-program, and for every person. */
  get profile(): string {
    return this.#profile;
  }

  /** @internal Another for every WebView that it is to be shown in. */
  get key(): number {
    return this.#key;
  }

  /** Calls `listener` when the WebView has to be another one: for another person, or see {@link MiniProgram.relaunch}. */
  onProfile(listener: () => void): Unsubscribe {
    return this.#news.on("profile", listener);
  }

  /**
   * Launches it again where it is, after somebody has signed in again. A page that was told of the end before it was ever
   * launched has given up, and is loaded anew; so it is for another person, at the start page and with the first scopes.
   *
   * @throws as {@link PorticoHost.launch}, but a missing consent is {@link ConsentRequired}; {@link PorticoError}
   * `closed` once it is closed.
   */
  async relaunch(): Promise<void> {
    const session = this.#launcher.here();
    const isAnother = session.sub !== this.#session.sub;
    this.#relaunches += 1;
    this.#settle();
    try {
      const scope = isAnother ? this.#scope : this.#launch.scope;
      const token = await this.#launcher.exchange(session, this.appId, { scope });
      this.#launcher.check(session);
      if (this.#isClosed) throw new PorticoError("closed", `${this.appId} is closed`);
      if (isAnother) this.#launch = { ...this.#launch, scope, path: "" };
      this.#begin(session, token);
    } finally {
      this.#relaunches -= 1;
      if (this.#relaunches === 0 && this.#ended !== null && this.#audience.isWaiting) this.#audience.end(this.#ended);
    }
  }

  /** Stops speaking with it. Take its view away too. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#token.drop();
    this.#audience.release();
    this.#launcher.closed(this);
  }

  /** @internal Takes the WebView below `viewTag`, letting go what it had before; the answer lets go of this one. */
  async attach(viewTag: number, refused: (url: string) => void): Promise<() => void> {
    const key = this.#key;
    const { appId, origins } = this;
    const heard = (message: MiniProgramMessage, document: PageDocument) => void this.#hear(message, document);
    const attached = await attach(viewTag, { appId, origins, profile: this.#profile, heard, refused });
    if (this.#isClosed || key !== this.#key) {
      attached.detach();
      throw new PorticoError("closed", `${this.appId} is closed`);
    }
    this.#audience.take(attached);
    return () => {
      if (this.#audience.attached === attached) this.#audience.release();
    };
  }

  /** @internal */
  end(reason: EndReason): void {
    this.#settle();
    this.#token.drop();
    this.#ended = reason === "signed_out" || reason === "expired" ? reason : "revoked";
    this.#audience.end(this.#ended);
  }

  /** @internal */
  consentChanged(scope: string, removed: string): void {
    this.#token.narrow(removed);
    this.#audience.tell("consent_changed", { scope, removed });
  }

  /** @internal */
  themeChanged(theme: string): void {
    this.#launch = { ...this.#launch, theme };
    this.#audience.tell("theme_changed", { theme });
  }

  /** Of what was asked for later, what is held is asked for in the next launch; what was refused or withdrawn is not. */
  #settle(): void {
    if (this.#scope !== undefined && this.#token.current !== null)
      this.#launch = { ...this.#launch, scope: union(this.#scope, this.scope) };
  }

  #begin(session: HostSession, token: Exchanged): void {
    this.#session = session;
    this.#token.begin(token);
    this.#ended = null;
    const profile = profileOf(this.#env, this.appId, token);
    if (profile === this.#profile && !this.#audience.hasGivenUp) return this.#sendLaunch(this.#audience.document);
    this.#profile = profile;
    this.#key = views += 1;
    this.#audience.release();
    this.#news.emit("profile", profile);
  }

  async #hear(message: MiniProgramMessage, document: PageDocument): Promise<void> {
    if (message.type === "ready") this.#audience.begin();
    if (this.#ended !== null) {
      if (message.type === "ready" && this.#relaunches > 0) this.#audience.wait();
      else this.#audience.end(this.#ended);
      return;
    }
    try {
      await this.#answer(message, document);
    } catch (error) {
      const code = error instanceof PorticoError ? error.code : "server_error";
      if (message.type !== "ready" && this.#ended === null)
        this.#audience.send(document, "error", { id: message.id, error: code });
    }
  }

  async #answer(message: MiniProgramMessage, document: PageDocument): Promise<void> {
    switch (message.type) {
      case "ready":
        if (!this.#token.isDue) return this.#sendLaunch(document);
        this.#token.renewUnasked();
        this.#env.timer(() => this.#audience.isLaunched(document) || this.#sendLaunch(document), PATIENCE_MS);
        return;
      case "renew":
        return this.#sendRenewed(document, await this.#token.renew(), { id: message.id });
      case "login": {
        const { id, purpose } = message;
        const code = await this.#ask(purpose ?? "login");
        const fields = codeFields(id, code, this.#token.seconds(code), purpose);
        return this.#audience.send(document, "login_code", fields);
      }
      case "request_permission":
        if (!covers(this.scope, message.scope)) await this.#permit(message.scope);
        this.#sendLaunch(document, message.id);
    }
  }

  /** A launch token or a code, as far as they were given: nobody is asked. */
  #ask(code?: Wish["code"]): Promise<Exchanged> {
    return this.#launcher.exchange(this.#session, this.appId, { scope: this.#launch.scope, prompt: "none", code });
  }

  async #permit(scope: string): Promise<void> {
    await this.#launcher.ask(this.#session, this.#launch, scope);
    // As it is by now: another permission may have been given meanwhile, or the theme changed.
    const asked = this.#launch.scope;
    if (asked !== undefined) this.#launch = { ...this.#launch, scope: union(asked, scope) };
    await this.#token.renewAfresh();
  }

  #sendLaunch(document: PageDocument | null, id?: string): void {
    const token = this.#token.current;
    if (document === null || token === null || !this.#token.isAlive) return;
    const fields = launchFields(this.#launch, token, this.#token.seconds(token), id);
    if (this.#audience.launch(document, fields)) this.#launcher.launched(this);
  }

  async #renewUnasked(): Promise<void> {
    const { document } = this.#audience;
    if (document === null) return;
    const token = await this.#token.renew();
    if (!this.#audience.isLaunched(document)) return this.#sendLaunch(document);
    this.#sendRenewed(document, token);
  }

  #sendRenewed(document: PageDocument, token: Exchanged, answer: { readonly id?: string } = {}): void {
    const fields = { ...answer, token: token.value, expiresIn: this.#token.seconds(token) };
    this.#audience.send(document, "token_renewed", fields);
  }
}

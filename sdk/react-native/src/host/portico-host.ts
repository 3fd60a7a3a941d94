import { PorticoError, SessionExpired, SignInFailed } from "../errors";
import type { HttpAnswer, HttpRequest } from "../net/environment";
import { Issuer } from "../net/issuer";
import { environment } from "../net/platform";
import { isOk, jsonObject, refusal } from "../net/request";
import { Emitter, type Unsubscribe } from "./emitter";
import type { EndReason, Theme } from "../messages/messages";
import { Authorized } from "./authorized";
import { isRedirect, systemBrowser, type Browser } from "./browser";
import { consentQuestion, type ConsentQuestion } from "./consent";
import { follow } from "./events";
import { Exchange } from "./exchange";
import type { Follower } from "./follow";
import { Launches } from "./launches";
import type { MiniProgram } from "./mini-program";
import type { HostEvents, HostOptions, HostSession, LaunchOptions, SignInOptions } from "./options";
import { SignIn } from "./sign-in";
import { Tokens } from "./tokens";

/**
 * A super app: signs the person in once, opens mini-programs, gives each its launch token over the bridge, and tells
 * all of them when the session ends. One per app.
 */
export class PorticoHost {
  readonly #redirectUri: string;
  readonly #browser: Browser;
  readonly #signIn: SignIn;
  readonly #tokens: Tokens;
  readonly #authorized: Authorized;
  readonly #launches: Launches;
  readonly #events = new Emitter<HostEvents>();
  readonly #follow: () => Follower;
  readonly #leaveForeground: () => void;
  #follower: Follower | null = null;
  #visit: AbortController | null = null;

  /** @throws {@link PorticoError} `invalid_origin` unless the issuer is https or loopback. */
  constructor(options: HostOptions) {
    const env = environment(options.environment);
    const issuer = new Issuer(env, options.issuer, options.clientId);
    this.#redirectUri = options.redirectUri;
    this.#browser = options.browser ?? systemBrowser;
    this.#signIn = new SignIn(env, issuer, options.secrets, options.redirectUri, options.scope ?? "openid host");
    this.#tokens = new Tokens(env, issuer, options.secrets, () => this.#over("expired"));
    this.#authorized = new Authorized(env, issuer, this.#tokens);
    const exchange = new Exchange(env, issuer, this.#tokens);
    this.#launches = new Launches(env, issuer, this.#tokens, exchange, this.#events, this.#goTo.bind(this), options);
    this.#follow = () =>
      follow(env, this.#authorized, this.#launches, this.#events, (reason) => {
        // A store that cannot forget: there is nobody here to be told.
        this.#over(reason).catch(() => {});
      });
    this.#leaveForeground = env.foreground(() => this.#follower?.start());
  }

  /** Who is signed in, or `null`. */
  get session(): HostSession | null {
    return this.#tokens.session;
  }

  /** The mini-programs that are open. */
  get miniPrograms(): readonly MiniProgram[] {
    return this.#launches.open;
  }

  /** Calls `listener` at every event `name`, until the returned function is called. */
  on<Name extends keyof HostEvents>(name: Name, listener: (event: HostEvents[Name]) => void): Unsubscribe {
    return this.#events.on(name, listener);
  }

  /**
   * Signs somebody in at Portico's own page, in the system's browser. A sign-in that was begun before, and not
   * finished, fails with `superseded`.
   *
   * @throws {@link SignInFailed} when it was refused; {@link Unreachable}; what the {@link Browser} rejects with.
   */
  async signIn(options: SignInOptions = {}): Promise<HostSession> {
    const back = await this.#goTo(await this.#signIn.begin(options, this.#launches.locale));
    return this.#finish(back);
  }

  /**
   * Finishes a sign-in that the app was killed during: call it at the start of the app with `Linking.getInitialURL()`,
   * before {@link PorticoHost.restore}. Android goes on giving that address, at each start from the recents.
   *
   * @returns whether `url` was the answer to the sign-in that is under way; anything else changes nothing.
   * @throws {@link SignInFailed} when it was refused; {@link Unreachable}.
   */
  async handleRedirect(url: string | null): Promise<boolean> {
    if (url === null || !isRedirect(url, this.#redirectUri) || !(await this.#signIn.isAwaiting(url))) return false;
    await this.#finish(url);
    return true;
  }

  /**
   * Takes up the session that the app had before it was closed.
   *
   * @returns whether somebody is signed in.
   * @throws {@link Unreachable} when that cannot be found out now.
   */
  async restore(): Promise<boolean> {
    if (this.#follower !== null) return true;
    await this.#tokens.restore();
    if (this.session === null) return false;
    try {
      await this.#tokens.access();
    } catch (error) {
      if (error instanceof SessionExpired) return this.session !== null;
      throw error;
    }
    if (this.#follower === null) this.#begin(this.#tokens.here());
    return true;
  }

  /**
   * Takes up a session that the super app's own back end opened (assertion grant, RFC 7523).
   *
   * @param answer the token endpoint's JSON answer, as the back end got it.
   * @throws {@link PorticoError} `invalid_tokens` when it is none: whoever is signed in then stays so.
   */
  async adopt(answer: Readonly<Record<string, unknown>>): Promise<HostSession> {
    const tokens = this.#tokens.read(answer);
    // Somebody else may sign in while the store forgets the one before.
    while (this.session !== null) await this.#over("signed_out");
    await this.#tokens.adopt(tokens);
    return this.#begin(tokens.session);
  }

  /**
   * Signs the person out everywhere: ends the session at Portico, tells every open mini-program, drops the tokens.
   *
   * @throws {@link Unreachable} when Portico could not be told: the person is still signed in, here too.
   */
  async signOut(): Promise<void> {
    const session = this.session;
    await this.#tokens.revoke();
    // Where the answer took long, it may be somebody else's session by now.
    if (this.session === session) await this.#over("signed_out");
  }

  /**
   * Opens a mini-program: gets its launch token, asking the person in the browser where that is due. Show it in a
   * {@link MiniProgramView}; its page gets the token once it has said `ready` at one of the mini-program's origins.
   *
   * @throws {@link AccessDenied}, {@link UnknownMiniProgram}, {@link ConsentExpired}, {@link NotSignedIn},
   * {@link SessionExpired}, {@link Unreachable}; {@link PorticoError} `invalid_origin`, `invalid_launch`,
   * `invalid_scope`.
   */
  async launch(appId: string, options: LaunchOptions): Promise<MiniProgram> {
    return this.#launches.launch(appId, options);
  }

  /** What a consent request asks: `GET /v1/consents/{request}`, for apps that draw their own page. */
  async consent(request: string): Promise<ConsentQuestion> {
    const answer = await this.call(`/v1/consents/${encodeURIComponent(request)}`);
    return consentQuestion(jsonObject(answer.body));
  }

  /** Answers a consent request: `POST /v1/consents/{request}`, for apps that draw their own page. */
  async decide(
    request: string,
    decision: { readonly granted: readonly string[]; readonly refused: readonly string[] },
  ): Promise<void> {
    await this.call(`/v1/consents/${encodeURIComponent(request)}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(decision),
    });
  }

  /**
   * Calls one of Portico's own paths, such as `/v1/me/apps`, with the person's token.
   *
   * @returns an answer that is 2xx.
   * @throws {@link SessionExpired}, {@link Unreachable}, or {@link PorticoError} with the code of the answer.
   */
  async call(path: string, init: Partial<Omit<HttpRequest, "url">> = {}): Promise<HttpAnswer> {
    const answer = await this.#authorized.send(path, { method: "GET", headers: {}, ...init });
    if (!isOk(answer)) throw refusal(answer.status, jsonObject(answer.body));
    return answer;
  }

  /** Changes the theme of the launches to come, and tells every open mini-program. */
  setTheme(theme: Theme): void {
    this.#launches.setTheme(theme);
  }

  /** Changes the language (BCP 47) of the launches and pages to come. */
  setLocale(locale: string): void {
    this.#launches.locale = locale;
  }

  /** Stops everything. The session goes on, and {@link PorticoHost.restore} of another host finds it again. */
  dispose(): void {
    this.#leaveForeground();
    this.#visit?.abort();
    this.#unfollow();
    this.#tokens.stop();
    this.#launches.stopAsking();
    for (const miniProgram of this.miniPrograms) miniProgram.close();
  }

  async #goTo(url: string, over?: AbortSignal): Promise<string> {
    this.#visit?.abort();
    const visit = new AbortController();
    this.#visit = visit;
    over?.addEventListener("abort", () => visit.abort());
    const back = await this.#browser(url, this.#redirectUri, visit.signal);
    if (visit.signal.aborted) throw new PorticoError("superseded", "another visit to the browser was begun");
    if (!isRedirect(back, this.#redirectUri))
      throw new SignInFailed("state_mismatch", "the browser did not come back to the redirect URI");
    return back;
  }

  async #finish(url: string): Promise<HostSession> {
    return this.adopt(await this.#signIn.finish(url));
  }

  #begin(session: HostSession): HostSession {
    this.#tokens.check(session);
    this.#unfollow();
    this.#follower = this.#follow();
    this.#events.emit("signed_in", session);
    return session;
  }

  async #over(reason: EndReason): Promise<void> {
    if (this.session === null) return;
    this.#unfollow();
    this.#launches.end(reason);
    try {
      await this.#tokens.drop();
    } finally {
      this.#events.emit("session_expired", { reason });
    }
  }

  #unfollow(): void {
    this.#follower?.stop();
    this.#follower = null;
  }
}

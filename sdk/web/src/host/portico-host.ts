import { Emitter, type Unsubscribe } from "../shared/emitter.js";
import { environment } from "../shared/environment.js";
import { SessionExpired } from "../shared/errors.js";
import type { EndReason, Theme } from "../shared/messages.js";
import { jsonObject, refusal } from "../shared/request.js";
import { Authorized } from "./authorized.js";
import { ConsentExpired } from "./errors.js";
import { follow } from "./events.js";
import { Exchange } from "./exchange.js";
import type { Follower } from "./follow.js";
import { Issuer } from "./issuer.js";
import { Launches } from "./launches.js";
import type { MiniProgram } from "./mini-program.js";
import type {
  HostEvents,
  HostOptions,
  HostSession,
  LaunchOptions,
  PendingLaunch,
  Place,
  Redirect,
  SignInOptions,
} from "./options.js";
import { peers, type Peers } from "./peers.js";
import { ANSWER, SignIn } from "./sign-in.js";
import { Tokens } from "./tokens.js";

/**
 * A super app's shell: signs the person in once, opens mini-programs in frames, gives each its launch token over
 * the bridge, and tells all of them when the session ends. One per page.
 */
export class PorticoHost {
  readonly #redirectUri: string;
  readonly #navigate: (url: string) => void;
  readonly #signIn: SignIn;
  readonly #peers: Peers;
  readonly #tokens: Tokens;
  readonly #authorized: Authorized;
  readonly #launches: Launches;
  readonly #events = new Emitter<HostEvents>();
  readonly #follow: () => Follower;
  #follower: Follower | null = null;

  constructor(options: HostOptions) {
    const env = environment(options.environment);
    const storage = options.storage ?? sessionStorage;
    const issuer = new Issuer(env, options.issuer, options.clientId);
    this.#redirectUri = options.redirectUri;
    this.#navigate = options.navigate ?? ((url) => location.assign(url));
    this.#signIn = new SignIn(env, issuer, storage, options.redirectUri, options.scope ?? "openid host");
    this.#peers = peers(options.clientId);
    this.#tokens = new Tokens(env, issuer, storage, this.#peers, () => this.#over("expired"));
    this.#authorized = new Authorized(env, issuer, this.#tokens);
    const exchange = new Exchange(env, issuer, this.#tokens);
    this.#launches = new Launches(env, exchange, storage, this.#events, {
      ...options,
      navigate: this.#navigate,
    });
    this.#follow = () =>
      follow(env, this.#authorized, this.#launches, this.#events, (reason) => this.#over(reason));
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
   * Takes the page to Portico's sign-in page, which comes back to the redirect URI; there, call
   * {@link PorticoHost.handleRedirect}.
   */
  async signIn(options: SignInOptions = {}): Promise<void> {
    this.#navigate(await this.#signIn.begin(options, this.#launches.locale));
  }

  /**
   * Finishes what came back to the redirect URI: a sign-in, or a consent. Call it once at every page load, before
   * {@link PorticoHost.restore}. What it used is taken out of the address bar first.
   *
   * @throws {@link SignInFailed} when the sign-in was refused, or was not begun here.
   * @throws {@link ConsentExpired} when the consent page was too old.
   */
  async handleRedirect(href: string = location.href): Promise<Redirect> {
    const url = new URL(href);
    const home = new URL(this.#redirectUri);
    if (url.origin !== home.origin || url.pathname !== home.pathname) return { kind: "none" };
    const answer = new URLSearchParams(url.search);
    const consent = answer.get("consent");
    const signIn = answer.has("state") && (answer.has("code") || answer.has("error"));
    if (!signIn && consent === null) return { kind: "none" };
    for (const name of [...ANSWER, "consent"]) url.searchParams.delete(name);
    history.replaceState(history.state, "", url);
    return signIn ? this.#signedIn(answer) : this.#consented(consent === "done");
  }

  /**
   * Takes up the session that this tab had before the page was loaded.
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
      if (error instanceof SessionExpired) return false;
      throw error;
    }
    this.#begin();
    return true;
  }

  /**
   * Takes up a session that the super app's own back end opened (assertion grant, RFC 7523).
   *
   * @param answer the token endpoint's JSON answer, as the back end got it.
   */
  async adopt(answer: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#over("signed_out");
    await this.#tokens.adopt(answer);
    this.#begin();
  }

  /**
   * Signs the person out everywhere: ends the session at Portico, tells every open mini-program, drops the tokens.
   *
   * @throws {@link Unreachable} when Portico could not be told: the person is still signed in, here too.
   */
  async signOut(): Promise<void> {
    await this.#tokens.revoke();
    await this.#over("signed_out");
  }

  /**
   * Opens a mini-program. Asks Portico for its launch token first; the frame gets it once its document has said
   * `ready` from the entry's exact origin. When the person has to be asked, the page goes to the consent page (see
   * {@link HostOptions.onConsentRequired}); the promise then stays open, and {@link PorticoHost.handleRedirect}
   * goes on after the way back.
   *
   * @throws {@link AccessDenied}, {@link UnknownMiniProgram}, {@link NotSignedIn}, {@link SessionExpired},
   * {@link Unreachable}; {@link PorticoError} `invalid_origin` for an entry whose origin cannot be trusted.
   */
  async launch(appId: string, options: LaunchOptions): Promise<MiniProgram> {
    const { container, iframe, askAgain, ...launch } = options;
    return this.#launches.launch(
      { appId, ...launch },
      { ...(container && { container }), ...(iframe && { iframe }) },
      askAgain,
    );
  }

  /**
   * Goes on with a launch whose consent has been decided.
   *
   * @throws as {@link PorticoHost.launch}, and {@link ConsentRequired} when the person would have to be asked again.
   */
  async resume(launch: PendingLaunch, place: Place): Promise<MiniProgram> {
    return this.#launches.resume(launch, place);
  }

  /** What a consent request asks: `GET /v1/consents/{request}`, for hosts that draw their own page. */
  async consent(request: string): Promise<Readonly<Record<string, unknown>>> {
    return jsonObject(await this.fetch(`/v1/consents/${encodeURIComponent(request)}`));
  }

  /** Answers a consent request: `POST /v1/consents/{request}`, for hosts that draw their own page. */
  async decide(
    request: string,
    decision: { granted: readonly string[]; refused: readonly string[] },
  ): Promise<void> {
    await this.fetch(`/v1/consents/${encodeURIComponent(request)}`, {
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
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const response = await this.#authorized.fetch(path, init);
    if (!response.ok) throw refusal(response, await jsonObject(response));
    return response;
  }

  /** Changes the theme of the launches to come, and tells every open mini-program. */
  setTheme(theme: Theme): void {
    this.#launches.setTheme(theme);
  }

  /** Changes the language (BCP 47) of the launches and pages to come. */
  setLocale(locale: string): void {
    this.#launches.locale = locale;
  }

  /** Closes everything in this page. The session goes on, and {@link PorticoHost.restore} finds it again. */
  dispose(): void {
    this.#unfollow();
    this.#tokens.stop();
    this.#peers.close();
    for (const miniProgram of this.miniPrograms) miniProgram.close();
  }

  async #signedIn(answer: URLSearchParams): Promise<Redirect> {
    const { tokens, returnState } = await this.#signIn.finish(answer);
    await this.adopt(tokens);
    return { kind: "signed_in", returnState };
  }

  async #consented(done: boolean): Promise<Redirect> {
    const launch = await this.#launches.pending.take();
    if (!done) throw new ConsentExpired(launch?.appId ?? "");
    return launch === null ? { kind: "none" } : { kind: "consent", launch };
  }

  #begin(): void {
    const session = this.session;
    if (session === null) return;
    this.#unfollow();
    this.#follower = this.#follow();
    this.#events.emit("signed_in", session);
  }

  async #over(reason: EndReason): Promise<void> {
    if (this.session === null) return;
    this.#unfollow();
    this.#launches.end(reason);
    await this.#tokens.drop();
    this.#events.emit("session_expired", { reason });
  }

  #unfollow(): void {
    this.#follower?.stop();
    this.#follower = null;
  }
}

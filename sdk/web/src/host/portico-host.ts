import { Emitter, type Unsubscribe } from "../shared/emitter.js";
import { browser } from "../shared/environment.js";
import { PorticoError } from "../shared/errors.js";
import type { Fields } from "../shared/fields.js";
import type { EndReason, Theme } from "../shared/messages.js";
import { jsonObject, refusal } from "../shared/request.js";
import { decided, PENDING } from "./consent.js";
import type { Context } from "./context.js";
import { follow } from "./follow.js";
import { authorized, type Init } from "./issuer.js";
import { open } from "./launch.js";
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
import { beginSignIn, finishSignIn } from "./sign-in.js";
import { take } from "./storage.js";
import { Tokens } from "./tokens.js";

/**
 * A super app's shell: signs the person in once, opens mini-programs in frames and WebViews, gives each its launch
 * token over the bridge, and tells all of them when the session ends. One per page.
 */
export class PorticoHost {
  readonly #host: Context;
  /** Stops following the events of the session that there is. */
  #stop: AbortController | null = null;

  constructor(options: HostOptions) {
    const host = {
      env: { ...browser, ...options.environment },
      ...options,
      storage: options.storage ?? sessionStorage,
      events: new Emitter<HostEvents>(),
      open: new Set<MiniProgram>(),
      theme: options.theme ?? "light",
      locale: options.locale ?? navigator.language,
      navigate: options.navigate ?? ((url: string) => location.assign(url)),
      over: async (reason: EndReason) => {
        if (!this.session) return;
        this.#stop?.abort();
        this.#stop = null;
        for (const miniProgram of host.open) miniProgram.end(reason);
        await host.tokens.drop();
        host.events.emit("session_expired", { reason });
      },
    } as Omit<Context, "tokens"> & { tokens: Tokens };
    host.tokens = new Tokens(host);
    this.#host = host;
  }

  /** Who is signed in, or `null`. */
  get session(): HostSession | null {
    return this.#host.tokens.current?.session ?? null;
  }

  /** The mini-programs that are open. */
  get miniPrograms(): readonly MiniProgram[] {
    return [...this.#host.open];
  }

  /** Calls `listener` at every event `name`, until the returned function is called. */
  on<Name extends keyof HostEvents>(name: Name, listener: (event: HostEvents[Name]) => void): Unsubscribe {
    return this.#host.events.on(name, listener);
  }

  /**
   * Takes the page to Portico's sign-in page, which comes back to the redirect URI; there, call
   * {@link PorticoHost.handleRedirect}.
   */
  async signIn(options: SignInOptions = {}): Promise<void> {
    this.#host.navigate(await beginSignIn(this.#host, options));
  }

  /**
   * Finishes what came back to the redirect URI: a sign-in, or a consent. Call it once at every page load, before
   * {@link PorticoHost.restore}. What it used is taken out of the address bar first.
   *
   * @throws {@link PorticoError} with the code of a sign-in that was refused; `state_mismatch` and the like for one
   * that was not begun here; `consent_expired` when the consent page was too old.
   */
  async handleRedirect(href: string = location.href): Promise<Redirect> {
    const { redirectUri } = this.#host;
    const [url, home] = [new URL(href), new URL(redirectUri)];
    const answer = url.searchParams;
    const consent = answer.get("consent");
    const signIn = answer.has("state");
    if (url.origin + url.pathname !== home.origin + home.pathname || !(signIn || consent)) return { kind: "none" };
    history.replaceState(history.state, "", redirectUri);
    if (signIn) {
      const [tokens, returnState] = await finishSignIn(this.#host, answer);
      await this.adopt(tokens);
      return { kind: "signed_in", returnState };
    }
    const launch = await take<PendingLaunch>(this.#host, PENDING);
    if (consent !== "done") throw new PorticoError("consent_expired");
    return launch ? { kind: "consent", launch } : { kind: "none" };
  }

  /**
   * Takes up the session that this tab had before the page was loaded.
   *
   * @returns whether somebody is signed in.
   * @throws {@link Unreachable} when that cannot be found out now.
   */
  async restore(): Promise<boolean> {
    if (this.#stop) return true;
    try {
      await this.#host.tokens.restore();
      await this.#host.tokens.access();
    } catch (error) {
      if (this.session) throw error;
      return false;
    }
    this.#begin();
    return true;
  }

  /**
   * Takes up a session that the super app's own back end opened (assertion grant, RFC 7523).
   *
   * @param answer the token endpoint's JSON answer, as the back end got it.
   */
  async adopt(answer: Fields): Promise<void> {
    await this.#host.over("signed_out");
    await this.#host.tokens.adopt(answer);
    this.#begin();
  }

  /**
   * Signs the person out everywhere: ends the session at Portico, tells every open mini-program, drops the tokens.
   *
   * @throws {@link Unreachable} when Portico could not be told: the person is still signed in, here too.
   */
  async signOut(): Promise<void> {
    await this.#host.tokens.revoke();
    await this.#host.over("signed_out");
  }

  /**
   * Opens a mini-program. Asks Portico for its launch token first; the frame gets it once its document has said
   * `ready` from the entry's exact origin. When the person has to be asked, the page goes to the consent page (see
   * {@link HostOptions.onConsentRequired}); the promise then stays open, and {@link PorticoHost.handleRedirect}
   * goes on after the way back.
   *
   * @throws {@link SessionExpired}, {@link Unreachable}; {@link PorticoError} `access_denied`, `invalid_target`,
   * `not_signed_in`, `invalid_launch` for a path that leaves the entry's origin, and `invalid_origin` for an entry whose
   * origin cannot be trusted.
   */
  async launch(appId: string, options: LaunchOptions): Promise<MiniProgram> {
    const { container, iframe, webView, askAgain, ...launch } = options;
    const pending = { appId, ...launch };
    return open(this.#host, pending, options, askAgain).catch(async (error: unknown) => {
      await decided(this.#host, error, pending);
      return open(this.#host, pending, options);
    });
  }

  /**
   * Goes on with a launch whose consent has been decided.
   *
   * @throws as {@link PorticoHost.launch}, and {@link ConsentRequired} when the person would have to be asked again.
   */
  async resume(launch: PendingLaunch, place: Place): Promise<MiniProgram> {
    return open(this.#host, launch, place);
  }

  /**
   * Calls one of Portico's own paths, such as `/v1/me/apps`, with the person's token.
   *
   * @returns an answer that is 2xx.
   * @throws {@link SessionExpired}, {@link Unreachable}, or {@link PorticoError} with the code of the answer.
   */
  async fetch(path: string, init?: Init): Promise<Response> {
    const response = await authorized(this.#host, path, init);
    if (!response.ok) throw refusal(response, await jsonObject(response));
    return response;
  }

  /** Changes the theme of the launches to come, and tells every open mini-program. */
  setTheme(theme: Theme): void {
    this.#host.theme = theme;
    for (const miniProgram of this.#host.open) miniProgram.themeChanged(theme);
  }

  /** Changes the language (BCP 47) of the launches and pages to come. */
  setLocale(locale: string): void {
    this.#host.locale = locale;
  }

  /** Closes everything in this page. The session goes on, and {@link PorticoHost.restore} finds it again. */
  dispose(): void {
    this.#stop?.abort();
    this.#host.tokens.close();
    for (const miniProgram of this.miniPrograms) miniProgram.close();
  }

  #begin(): void {
    const session = this.session;
    if (!session) return;
    this.#stop?.abort();
    this.#stop = new AbortController();
    void follow(this.#host, this.#stop.signal);
    this.#host.events.emit("signed_in", session);
  }
}

import { Emitter, type Unsubscribe } from "../shared/emitter.js";
import { follow } from "./follow.js";
import { browser } from "../shared/environment.js";
import { beginSignIn, finishSignIn } from "./sign-in.js";
import { open } from "./launch.js";
import { PorticoError } from "../shared/errors.js";
import { authorized, type Init } from "./issuer.js";
import { decided, waiting } from "./consent.js";
import { tokensOf, type Tokens } from "./tokens.js";
import type { Fields } from "../shared/fields.js";
import type { EndReason, Theme } from "../shared/messages.js";
import type { Context } from "./context.js";
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

/**
 * A super app's shell: signs the person in once, opens mini-programs in frames and WebViews, gives each its launch
 * token over the bridge, and tells all of them when the session ends. One per page.
 */
export class PorticoHost {
  readonly #host: Context;
  /** Stops following the events of the session that there is. */
  #stop: (() => void) | undefined;

  constructor({
    environment,
    storage = sessionStorage,
    theme = "light",
    locale = navigator.language,
    navigate = (url) => (location.href = url),
    ...options
  }: HostOptions) {
    const host = {
      ...options,
      env: { ...browser, ...environment },
      storage,
      theme,
      locale,
      navigate,
      events: new Emitter<HostEvents>(),
      open: new Set<MiniProgram>(),
      over: async (reason: EndReason) => {
        if (!this.session) return;
        this.#stop?.();
        this.#stop = undefined;
        for (const miniProgram of host.open) miniProgram.end(reason);
        await host.tokens.replace(null).finally(() => host.events.emit("session_expired", { reason }));
      },
    } as Omit<Context, "tokens"> & { tokens: Tokens };
    host.tokens = tokensOf(host as Context);
    this.#host = host;
  }

  /** Who is signed in, or `null`. */
  get session(): HostSession | null {
    return this.#host.tokens.session ?? null;
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
   * {@link PorticoHost.restore}. What it used is taken out of the address bar first, where it stood there: a shell whose
   * {@link HostOptions.navigate} went elsewhere hands in the address that a deep link or a popup brought.
   *
   * @throws {@link PorticoError} with the code of a sign-in that was refused; `state_mismatch` and the like for one
   * that was not begun here; `consent_expired` when the consent page was too old.
   */
  async handleRedirect(href: string = location.href): Promise<Redirect> {
    const { redirectUri, tokens } = this.#host;
    const { origin, pathname, searchParams: answer } = new URL(href);
    const home = new URL(redirectUri);
    const consent = answer.get("consent");
    const state = answer.get("state");
    if (origin !== home.origin || pathname !== home.pathname || !(state ?? consent)) return { kind: "none" };
    if (href === location.href) history.replaceState(null, "", redirectUri);
    if (state) {
      const [tokens, returnState] = await finishSignIn(this.#host, answer);
      await this.adopt(tokens);
      return { kind: "signed_in", returnState };
    }
    await tokens.restore();
    const launch = await waiting(this.#host);
    if (consent !== "done") throw new PorticoError("consent_expired");
    return launch && launch.sid === this.session?.sid ? { kind: "consent", launch } : { kind: "none" };
  }

  /**
   * Takes up the session that this tab had before the page was loaded.
   *
   * @returns whether somebody is signed in.
   * @throws {@link Unreachable} when that cannot be found out now: they count as signed in until it is.
   */
  async restore(): Promise<boolean> {
    try {
      await this.#host.tokens.restore();
      await this.#host.tokens.access();
    } catch (error) {
      if (this.session) throw error;
    } finally {
      this.#begin();
    }
    return !!this.session;
  }

  /**
   * Takes up a session that the super app's own back end opened (assertion grant, RFC 7523).
   *
   * @param answer the token endpoint's JSON answer, as the back end got it.
   */
  async adopt(answer: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#host.tokens.adopt(answer as Fields);
    this.#begin();
  }

  /**
   * Signs the person out everywhere: ends the session at Portico, tells every open mini-program, drops the tokens.
   *
   * @throws {@link Unreachable} when Portico could not be told: the person is still signed in, here too.
   */
  signOut(): Promise<void> {
    return this.#host.tokens.signOut();
  }

  /**
   * Opens a mini-program. Asks Portico for its launch token first; the frame gets it once its document has said
   * `ready` from the entry's exact origin. When the person has to be asked, the page goes to the consent page (see
   * {@link HostOptions.onConsentRequired}); the promise then stays open, and {@link PorticoHost.handleRedirect}
   * goes on after the way back.
   *
   * @throws {@link SessionExpired}, {@link Unreachable}; {@link PorticoError} `access_denied`, `invalid_target`,
   * `not_signed_in`, `invalid_launch` for a path, language or theme that the bridge does not carry and where there is
   * no place to open it in, and `invalid_origin` for an entry whose origin cannot be trusted.
   */
  async launch(appId: string, options: LaunchOptions): Promise<MiniProgram> {
    const { container, iframe, webView, askAgain, ...launch } = options;
    const pending = { appId, ...launch, sid: this.session?.sid };
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
  resume(launch: PendingLaunch, place: Place): Promise<MiniProgram> {
    return open(this.#host, launch, place);
  }

  /**
   * Calls one of Portico's own paths, such as `/v1/me/apps`, with the person's token. The answer is here to its end
   * within 30 s; one with a `signal` of its own has no other deadline, and its answer is here as far as its headers.
   *
   * @returns an answer that is 2xx.
   * @throws {@link SessionExpired}, {@link Unreachable}, or {@link PorticoError} with the code of the answer.
   */
  fetch(path: string, init?: Init): Promise<Response> {
    return authorized(this.#host, path, init);
  }

  /**
   * Changes the theme of the launches to come, and tells every open mini-program. Portico's own pages know `light`,
   * `dark` and `auto`; at any other name they look as the host is registered to.
   */
  setTheme(theme: Theme): void {
    this.#host.theme = theme;
    for (const miniProgram of this.#host.open) miniProgram.setTheme(theme);
  }

  /** Changes the language (BCP 47) of the launches and pages to come. */
  setLocale(locale: string): void {
    this.#host.locale = locale;
  }

  /**
   * Closes everything in this page, for good. The session goes on, and {@link PorticoHost.restore} of another host
   * finds it again.
   */
  dispose(): void {
    this.#stop?.();
    this.#host.tokens.close();
    for (const miniProgram of this.#host.open) miniProgram.close();
  }

  #begin(): void {
    if (this.#stop || !this.session) return;
    this.#stop = follow(this.#host);
    this.#host.events.emit("signed_in", this.session);
  }
}

import { type Unsubscribe } from "../shared/emitter.js";
import { type Init } from "./issuer.js";
import type { Theme } from "../shared/messages.js";
import type { MiniProgram } from "./mini-program.js";
import type { HostEvents, HostOptions, HostSession, LaunchOptions, PendingLaunch, Place, Redirect, SignInOptions } from "./options.js";
/**
 * A super app's shell: signs the person in once, opens mini-programs in frames and WebViews, gives each its launch
 * token over the bridge, and tells all of them when the session ends. One per page.
 */
export declare class PorticoHost {
    #private;
    constructor({ environment, storage, theme, locale, navigate, ...options }: HostOptions);
    /** Who is signed in, or `null`. */
    get session(): HostSession | null;
    /** The mini-programs that are open. */
    get miniPrograms(): readonly MiniProgram[];
    /** Calls `listener` at every event `name`, until the returned function is called. */
    on<Name extends keyof HostEvents>(name: Name, listener: (event: HostEvents[Name]) => void): Unsubscribe;
    /**
     * Takes the page to Portico's sign-in page, which comes back to the redirect URI; there, call
     * {@link PorticoHost.handleRedirect}.
     */
    signIn(options?: SignInOptions): Promise<void>;
    /**
     * Finishes what came back to the redirect URI: a sign-in, or a consent. Call it once at every page load, before
     * {@link PorticoHost.restore}. What it used is taken out of the address bar first, where it stood there: a shell whose
     * {@link HostOptions.navigate} went elsewhere hands in the address that a deep link or a popup brought.
     *
     * @throws {@link PorticoError} with the code of a sign-in that was refused; `state_mismatch` and the like for one
     * that was not begun here; `consent_expired` when the consent page was too old.
     */
    handleRedirect(href?: string): Promise<Redirect>;
    /**
     * Takes up the session that this tab had before the page was loaded.
     *
     * @returns whether somebody is signed in.
     * @throws {@link Unreachable} when that cannot be found out now: they count as signed in until it is.
     */
    restore(): Promise<boolean>;
    /**
     * Takes up a session that the super app's own back end opened (assertion grant, RFC 7523).
     *
     * @param answer the token endpoint's JSON answer, as the back end got it.
     */
    adopt(answer: Readonly<Record<string, unknown>>): Promise<void>;
    /**
     * Signs the person out everywhere: ends the session at Portico, tells every open mini-program, drops the tokens.
     *
     * @throws {@link Unreachable} when Portico could not be told: the person is still signed in, here too.
     */
    signOut(): Promise<void>;
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
    launch(appId: string, options: LaunchOptions): Promise<MiniProgram>;
    /**
     * Goes on with a launch whose consent has been decided.
     *
     * @throws as {@link PorticoHost.launch}, and {@link ConsentRequired} when the person would have to be asked again.
     */
    resume(launch: PendingLaunch, place: Place): Promise<MiniProgram>;
    /**
     * Calls one of Portico's own paths, such as `/v1/me/apps`, with the person's token. The answer is here to its end
     * within 30 s; one with a `signal` of its own has no other deadline, and its answer is here as far as its headers.
     *
     * @returns an answer that is 2xx.
     * @throws {@link SessionExpired}, {@link Unreachable}, or {@link PorticoError} with the code of the answer.
     */
    fetch(path: string, init?: Init): Promise<Response>;
    /**
     * Changes the theme of the launches to come, and tells every open mini-program. Portico's own pages know `light`,
     * `dark` and `auto`; at any other name they look as the host is registered to.
     */
    setTheme(theme: Theme): void;
    /** Changes the language (BCP 47) of the launches and pages to come. */
    setLocale(locale: string): void;
    /**
     * Closes everything in this page, for good. The session goes on, and {@link PorticoHost.restore} of another host
     * finds it again.
     */
    dispose(): void;
}

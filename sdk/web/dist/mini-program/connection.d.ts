import { type Unsubscribe } from "../shared/emitter.js";
import type { EndReason, Theme } from "../shared/messages.js";
import type { MiniProgramEvents, Profile } from "./options.js";
/**
 * A mini-program's connection to its host, as {@link connect} gives it. Once the session is over, every call
 * rejects with {@link SessionExpired}, until the host launches again.
 */
export declare class Connection {
    #private;
    /** This mini-program's id, as the host knows it. */
    get miniProgramId(): string;
    /** What the token opens: scopes separated by one space; empty once the session is over. */
    get scope(): string;
    /** The host's theme. */
    get theme(): Theme;
    /** The person's language, a BCP 47 tag. */
    get locale(): string;
    /** Where to begin, relative to the entry; empty for the start page. */
    get path(): string;
    /** Whether the session is over, and every call would reject. */
    get expired(): boolean;
    /**
     * A launch token that lives long enough to be sent to this mini-program's back end; renewed through the host
     * when it is about to expire.
     *
     * @throws {@link SessionExpired}; {@link NoHost} or another {@link PorticoError} when it could not be renewed.
     */
    token(): Promise<string>;
    /**
     * A login code: the back end redeems it with its own credentials, once, within five minutes.
     *
     * @throws {@link SessionExpired}, {@link NoHost}, {@link PorticoError}.
     */
    login(): Promise<string>;
    /**
     * A code for the person's phone number: the back end redeems it with its own credentials, once, within five minutes
     * (`getuserphonenumber` of the WeChat-compatible face). Needs `phone.verified`.
     *
     * @throws {@link SessionExpired}, {@link NoHost}, {@link PorticoError}.
     */
    phoneCode(): Promise<string>;
    /**
     * Has the host ask the person for more. The host may take the whole page away for it and launch anew.
     *
     * @param scope one scope of the manifest, or several, separated by a space.
     * @returns whether all of it is granted now.
     * @throws {@link SessionExpired}, {@link NoHost}, {@link PorticoError}; `invalid_scope` also where it is no such list.
     */
    requestPermission(scope: string): Promise<boolean>;
    /**
     * The person's profile, as far as the scopes that hold now open it. Asked anew every time.
     *
     * @throws {@link SessionExpired}, {@link Unreachable}, {@link PorticoError}.
     */
    profile(): Promise<Profile>;
    /** Launched again: after the session was over, for somebody else, or by the host's own wish. */
    onLaunch(listener: () => void): Unsubscribe;
    /** Somebody else is here now: forget what was kept about the person before. Comes before `onLaunch`. */
    onPersonChanged(listener: () => void): Unsubscribe;
    /** The person changed what this mini-program may see. */
    onConsentChanged(listener: (change: MiniProgramEvents["consent_changed"]) => void): Unsubscribe;
    /** The host looks different now. */
    onThemeChanged(listener: (theme: Theme) => void): Unsubscribe;
    /** The session is over: stop, and show so. */
    onSessionExpired(listener: (reason: EndReason) => void): Unsubscribe;
    /** Stops listening to the host. */
    close(): void;
}

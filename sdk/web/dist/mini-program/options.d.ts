import type { Environment } from "../shared/environment.js";
import type { EndReason, Theme } from "../shared/messages.js";
/** A storage of the page's own. */
export type StorageName = "localStorage" | "sessionStorage";
/** How a mini-program connects to its host. */
export interface ConnectOptions {
    /**
     * The exact origins of the super apps that this page trusts, such as `https://app.example`. No wildcard. They say who
     * may frame the page; in a native WebView the app around it is the host, and none of them is asked for.
     */
    readonly hostOrigins: readonly string[];
    /** The window to connect from. Default: this one. */
    readonly window?: Window;
    /** Milliseconds to wait for the launch. Default 30,000; 0 waits for ever. */
    readonly timeout?: number;
    /**
     * Where this mini-program keeps what it knows of the person: cleared when somebody else is launched, also after a
     * reload. Default: nowhere. (A browser that blocks third-party storage denies both to a frame.)
     */
    readonly storages?: readonly StorageName[];
    /** For tests, and for pages that route requests in their own way. */
    readonly environment?: Partial<Environment>;
}
/** What a mini-program can listen to. */
export interface MiniProgramEvents {
    /** Launched, or launched again: everything works (again). */
    launch: void;
    /** Somebody else is here now: forget what was kept about the person before. */
    person_changed: void;
    consent_changed: {
        readonly scope: string;
        readonly removed: string;
    };
    theme_changed: Theme;
    session_expired: EndReason;
}
/** What userinfo answers: `sub`, and the claims of the scopes that hold now. */
export type Profile = Readonly<Record<string, unknown>> & {
    readonly sub: string;
};

import type { Environment } from "../shared/environment.js";
import type { EndReason, Theme } from "../shared/messages.js";
import type { ConsentRequired } from "./errors.js";
import type { TokenStorage } from "./storage.js";
import type { WebView } from "./web-view.js";
/** How a super app's shell is set up. */
export interface HostOptions {
    /** Portico's issuer URL, exactly as its discovery document names it. */
    readonly issuer: string;
    /** The host's id: its OAuth `client_id`. */
    readonly clientId: string;
    /** Where sign-in and consent come back to; one of the host's registered redirect URIs. */
    readonly redirectUri: string;
    /** Default `openid host`. */
    readonly scope?: string;
    /**
     * Where tokens are kept. Default `sessionStorage`: this tab, and over reloads. With `localStorage`, a new tab takes up
     * the session of whoever signed in last in any of them; tabs that are open keep their own.
     */
    readonly storage?: TokenStorage;
    /**
     * Default `light`. A lower-case letter, then 31 lower-case letters, digits and hyphens at most. See
     * {@link PorticoHost.setTheme}.
     */
    readonly theme?: Theme;
    /** A BCP 47 language tag. Default: the browser's first language. */
    readonly locale?: string;
    /**
     * Asks the person in the host's own way (a popup with `required.url`, or an interface of its own, with
     * `@portico/web/consent`). Resolve once it has been decided, either way:
     * the launch is then tried again. Reject to give up. Default: the top-level page goes to `required.url`.
     */
    readonly onConsentRequired?: (required: ConsentRequired) => Promise<void>;
    /** Takes the top-level page to a URL. Default: `location.href`. */
    readonly navigate?: (url: string) => unknown;
    /** For tests, and for hosts that route requests in their own way. */
    readonly environment?: Partial<Environment>;
}
/** How somebody is to be signed in. Everything is optional. */
export interface SignInOptions {
    /**
     * What else the authorization request says (OpenID Connect Core 1.0 §3.1.2.1): `prompt`, `max_age`, `login_hint`,
     * `acr_values`…
     */
    readonly parameters?: Readonly<Record<string, string>>;
    /** Comes back from {@link PorticoHost.handleRedirect}, for instance the page to return to. */
    readonly returnState?: string;
}
/** How and where a mini-program is opened. Give `container`, `iframe` or `webView`. */
export interface LaunchOptions {
    /** The registered entry: https, or http on loopback. Its origin is the only one that is ever spoken to. */
    readonly entry: string;
    /** A new iframe is put at this element's end. */
    readonly container?: HTMLElement;
    /**
     * An iframe of the host's own, or of a launch before. Its `sandbox`, `referrerpolicy` and `src` are set, and it is
     * taken out of the page and put back, without what was in it. One with a `srcdoc` shows that and nothing else.
     */
    readonly iframe?: HTMLIFrameElement;
    /** A native WebView, where the app around this shell can open one; close what is in it before it is used again. */
    readonly webView?: WebView;
    /** Scopes to ask for, besides `openid`. Default: all that the manifest names. */
    readonly scope?: string | undefined;
    /** Default: the host's. */
    readonly theme?: Theme;
    /** Default: the host's. */
    readonly locale?: string;
    /**
     * Where in the mini-program to begin, relative to its entry: no scheme, no `//` at its start, no backslash, no space
     * (write `%20`), at most 2,048 characters. Default: its start page.
     */
    readonly path?: string;
    /**
     * Ask the person again, even about what is decided: the way back after a required permission
     * was refused ({@link PorticoError} `access_denied`). They are asked once; the launch then goes on as usual.
     */
    readonly askAgain?: boolean;
}
/** Where {@link PorticoHost.resume} puts a mini-program. */
export type Place = Pick<LaunchOptions, "container" | "iframe" | "webView">;
/** A launch that waits for the person's consent. */
export interface PendingLaunch extends Omit<LaunchOptions, keyof Place | "askAgain"> {
    readonly appId: string;
    /** The session that it was asked for in; it is given in no other. */
    readonly sid?: string | undefined;
}
/** What the page was opened for, as {@link PorticoHost.handleRedirect} finds it. */
export type Redirect = 
/** Nothing of ours in the address, or a consent that no launch of this tab and session waits for. */
{
    readonly kind: "none";
}
/** Somebody has just signed in. */
 | {
    readonly kind: "signed_in";
    readonly returnState: string | undefined;
}
/** The person has decided; go on with {@link PorticoHost.resume}. */
 | {
    readonly kind: "consent";
    readonly launch: PendingLaunch;
};
/** Who is signed in, as the host knows them. */
export interface HostSession {
    /** The person's id at this host. */
    readonly sub: string;
    /** The session's id at this host. */
    readonly sid: string;
}
/** What a host can listen to, by {@link PorticoHost.on}. */
export interface HostEvents {
    /** Somebody has signed in, or was found signed in after a page load. */
    signed_in: HostSession;
    /** The session is over, for whatever reason; every mini-program has been told, the tokens are gone. */
    session_expired: {
        readonly reason: EndReason;
    };
    /** The person changed what a mini-program may see. */
    consent_changed: {
        readonly appId: string;
        readonly scope: string;
        readonly removed: string;
    };
    /** The person's profile changed: the names of the claims that did. */
    profile_changed: {
        readonly claims: readonly string[];
    };
    /** A mini-program's document was given its launch token. */
    launched: {
        readonly appId: string;
        readonly scope: string;
    };
    /** The stream of events is open (`true`), or is being reconnected (`false`). */
    online: boolean;
}

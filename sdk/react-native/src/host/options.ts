import type { Environment } from "../net/environment";
import type { EndReason, Theme } from "../messages/messages";
import type { Browser } from "./browser";
import type { ConsentRequest } from "./consent";
import type { SecretStore } from "./secrets";

/** How a super app is set up. */
export interface HostOptions {
  /** Portico's issuer URL, exactly as its discovery document names it. */
  readonly issuer: string;
  /** The host's id: its OAuth `client_id`. */
  readonly clientId: string;
  /** Where sign-in and consent come back to: `com.example.app:/back` or an https app link, as registered. */
  readonly redirectUri: string;
  /** Where the refresh token is kept. */
  readonly secrets: SecretStore;
  /** Default `openid host`. */
  readonly scope?: string;
  /** Default `light`. See {@link PorticoHost.setTheme}. */
  readonly theme?: Theme;
  /** A BCP 47 language tag. Default `en`. */
  readonly locale?: string;
  /** Default: {@link systemBrowser}. */
  readonly browser?: Browser;
  /**
   * Asks the person in the app's own way, over {@link PorticoHost.consent} and {@link PorticoHost.decide}. Resolve once
   * it has been decided, either way: the launch is then tried again. Reject to give up. When `request.signal` is aborted
   * nobody waits any more. Default: the browser goes to `request.url`.
   */
  readonly onConsentRequired?: (request: ConsentRequest) => Promise<void>;
  /** For tests, and for apps that route requests in their own way. */
  readonly environment?: Partial<Environment>;
}

/** How somebody is to be signed in. Everything is optional (OpenID Connect Core 1.0 §3.1.2.1). */
export interface SignInOptions {
  /** `none`, `login`, `consent`, `select_account`, or several, separated by a space. */
  readonly prompt?: string;
  /** Seconds since the last active sign-in that are still good enough. */
  readonly maxAge?: number;
  /** Who it probably is: a username, an e-mail address or a phone number, filled in for them. */
  readonly loginHint?: string;
  /** How strongly they must sign in, best first, separated by a space. */
  readonly acrValues?: string;
}

/** Which mini-program is opened, and how. */
export interface LaunchOptions {
  /** The registered entry: https, or http on loopback. */
  readonly entry: string;
  /** The manifest's origins: the only ones that are spoken to, and that can be navigated to. Default: the entry's. */
  readonly origins?: readonly string[];
  /** Scopes to ask for. Default: all that the manifest names. */
  readonly scope?: string;
  /** Default: the host's. */
  readonly theme?: Theme;
  /** Default: the host's. */
  readonly locale?: string;
  /** Where in the mini-program to begin, relative to its entry. Default: its start page. */
  readonly path?: string;
  /**
   * Ask the person again, even about what is decided: the way back after a required permission was refused
   * ({@link AccessDenied}). They are asked once; the launch then goes on as usual.
   */
  readonly askAgain?: boolean;
}

/** A launch that has been asked for; what was left open is the host's. */
export interface Launch extends Required<Pick<LaunchOptions, "entry" | "origins" | "theme" | "locale" | "path">> {
  readonly appId: string;
  readonly scope: string | undefined;
}

/** Who is signed in, as the host knows them. */
export interface HostSession {
  /** The person's id at this host. */
  readonly sub: string;
  /** The session's id at this host. */
  readonly sid: string;
}

/** A mini-program, and scopes of it. */
export interface MiniProgramScope {
  /** The mini-program's id. */
  readonly appId: string;
  /** Scopes, separated by single spaces. */
  readonly scope: string;
}

/** What a person changed about a mini-program: `scope` is what it may see now. */
export interface ConsentChange extends MiniProgramScope {
  /** What it no longer may. */
  readonly removed: string;
}

/** The end of a session. */
export interface SessionEnd {
  /**
   * `signed_out`, `expired`, `revoked`, `password_changed`, `refresh_reused`, `suspended` or `erased`.
   */
  readonly reason: EndReason;
}

/** What changed about a person. */
export interface ProfileChange {
  /** The names of the claims. */
  readonly claims: readonly string[];
}

/** What a host can listen to, by {@link PorticoHost.on}. */
export interface HostEvents {
  /** Somebody has signed in, or was found signed in. */
  signed_in: HostSession;
  /** The session is over, for whatever reason; every mini-program has been told, the tokens are gone. */
  session_expired: SessionEnd;
  /** The person changed what a mini-program may see. */
  consent_changed: ConsentChange;
  /** The person's profile changed. */
  profile_changed: ProfileChange;
  /** A mini-program's document was given its launch token. */
  launched: MiniProgramScope;
  /** A mini-program asked for a permission; the person is about to be asked. */
  permission_requested: MiniProgramScope;
  /** The stream of events is open (`true`), or is being reconnected (`false`). */
  online: boolean;
}

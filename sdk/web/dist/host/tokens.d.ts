import type { Environment } from "../shared/environment.js";
import type { Issuer } from "./issuer.js";
import type { HostSession } from "./options.js";
import type { Peers } from "./peers.js";
import { type TokenStorage } from "./storage.js";
/** What one sign-in gave. Times are milliseconds since 1970. */
export interface TokenSet extends HostSession {
    readonly accessToken: string;
    readonly refreshToken: string;
    readonly renewAt: number;
    readonly expiresAt: number;
}
/** The host's own tokens: kept, renewed in time with one request in flight, given up when the session is over. */
export declare class Tokens {
    #private;
    /** `onOver` is called when the server says that the session is over. */
    constructor(env: Environment, issuer: Issuer, storage: TokenStorage, peers: Peers, onOver: () => Promise<void>);
    /** Who is signed in. */
    get session(): HostSession | null;
    /** Takes up what the storage holds. */
    restore(): Promise<void>;
    /** Takes up a token endpoint's answer. */
    adopt(answer: Readonly<Record<string, unknown>>): Promise<void>;
    /**
     * An access token that lives long enough to be used.
     *
     * @throws {@link NotSignedIn}, {@link SessionExpired}, {@link Unreachable}.
     */
    access(): Promise<string>;
    /**
     * Runs `use` with an access token, and once more with a new one when the first is refused. What `refusal` makes of
     * an error: `stale`, the token may be too old; `over`, so may the session, and is when the new one is refused too.
     *
     * @throws {@link SessionExpired}, or what `use` throws.
     */
    using<Answer>(use: (token: string) => Promise<Answer>, refusal: (error: unknown) => "stale" | "over" | null): Promise<Answer>;
    /** Revokes the refresh token, which ends the session at the server (RFC 7009). Changes nothing here. */
    revoke(): Promise<void>;
    /** Forgets everything. */
    drop(): Promise<void>;
    /** Stops the timer; what is kept stays in the storage. */
    stop(): void;
}

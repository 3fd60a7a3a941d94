import type { Clock } from "./clock.js";
import type { KeySet } from "./key-set.js";
import type { Facts } from "./validated.js";
/** Whose sessions are over. At least one of the two is there; Portico tells both. */
export interface LoggedOut {
    /** The session that ended, as launch tokens name it (`sid`). */
    readonly sessionId: string | undefined;
    /** The person's OpenID at this app (`sub`). */
    readonly userId: string | undefined;
}
/**
 * Verifies logout tokens (OpenID Connect Back-Channel Logout 1.0 §2.6), takes each once, and knows what they ended. That is
 * kept apart from what the feed says: a logout may come first, and a feed that begins anew may hear of it later.
 */
export declare class LogoutTokens {
    #private;
    constructor(issuer: string, clientId: string, keys: KeySet, clock: Clock);
    /**
     * Who is logged out by the token; undefined where it is not good, or was taken before.
     *
     * @throws {@link Unavailable} where the keys cannot be read.
     */
    take(token: string): Promise<LoggedOut | undefined>;
    /** Whether a launch token belongs to what ended. */
    covers({ sessionId, userId, issuedAt }: Facts): boolean;
}
/** The token of the form that a logout comes as; undefined where it does not bring exactly one. */
export declare function logoutTokenOf(contentType: string | undefined, body: string): string | undefined;

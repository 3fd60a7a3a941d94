import type { Clock } from "./clock.js";
import type { KeySet } from "./key-set.js";
import type { Facts } from "./validated.js";
/** Verifies launch tokens (RFC 9068 §4) by the issuer's keys, and remembers the latest, each to be verified once. */
export declare class LaunchTokens {
    #private;
    /** `most` is how many tokens are remembered. */
    constructor(issuer: string, clientId: string, keys: KeySet, clock: Clock, most: number);
    /** What a remembered token says, while it has not expired and its key is published. */
    recall(token: string): Facts | undefined;
    /**
     * What the token says; undefined where it is not good.
     *
     * @throws {@link Unavailable} where the keys cannot be read.
     */
    verify(token: string): Promise<Facts | undefined>;
}
/** The scopes of a list (RFC 6749 §3.3). */
export declare function scopesOf(scope: string): readonly string[];
/** Whom `act` names (RFC 8693 §4.1). */
export declare function actorOf(act: unknown): string | undefined;

import { type CryptoKey, type JWSHeaderParameters } from "jose";
import type { Clock } from "./clock.js";
/**
 * The issuer's keys (RFC 7517), read when they are needed, again when they may differ, and never twice at once.
 *
 * While they are read again, and where that fails, those that are known go on being used.
 */
export declare class KeySet {
    #private;
    /** `read` asks for the key set; `failed` hears where the keys could not be read in the background. */
    constructor(read: () => Promise<unknown>, clock: Clock, failed: (error: Error) => void);
    /** Whether there is a key of this `kid` still. */
    has(kid: string): boolean;
    /**
     * The key that a header names; undefined where nobody publishes it.
     *
     * @throws {@link Unavailable} where that cannot be found out.
     */
    key(header: JWSHeaderParameters & {
        kid: string;
    }): Promise<CryptoKey | undefined>;
    /** The keys may be others now: they are read again, once for all that is said at once. */
    mayDiffer(): void;
}

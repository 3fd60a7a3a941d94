import { type CryptoKey, type JWSHeaderParameters } from "jose";
import { type Clock } from "./clock.js";
/** A key that is published. */
export interface PublishedKey {
    readonly key: CryptoKey;
    readonly kid: string;
    /** What is published of it. */
    readonly material: string;
}
/**
 * The issuer's keys (RFC 7517), read when they are needed, again when they may differ, and never twice at once.
 *
 * While they are read again, and where that fails, those that are known go on being used; what failed is tried again
 * with every word of the feed, once a second, so that a key that was taken away goes as soon as anybody says so.
 */
export declare class KeySet {
    #private;
    /** `read` asks for the key set; `failed` hears, once until they are, where the keys could not be read in the background. */
    constructor(read: () => Promise<unknown>, clock: Clock, failed: (error: Error) => void);
    /** Whether this very key is published still. */
    has({ kid, material }: Omit<PublishedKey, "key">): boolean;
    /**
     * The key that a header names; undefined where nobody publishes it.
     *
     * @throws {@link Unavailable} where that cannot be found out.
     */
    key(header: JWSHeaderParameters & {
        kid: string;
    }): Promise<PublishedKey | undefined>;
    /** The keys may be others now: they are read again, once for all that is said at once. */
    mayDiffer(): void;
    /** Reads the keys where they may be others or are old, unless that is under way or failed just now. */
    readAgainIfStale(): void;
}

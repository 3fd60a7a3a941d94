import { type JWTPayload } from "jose";
import type { KeySet, PublishedKey } from "./key-set.js";
/** What a token must be, besides signed. */
export interface Expected {
    /** The header's `typ`, without `application/`, in small letters. */
    readonly typ: string;
    readonly algorithms: readonly string[];
}
/**
 * What `read` makes of the claims of a token that one of the issuer's keys signed, and that key; undefined
 * where none did, or it is not what is expected, or `read` makes nothing of it. What can never be good is refused before
 * anybody is asked for keys.
 *
 * @throws {@link Unavailable} where the keys cannot be read.
 */
export declare function verifySigned<Read>(token: string, { typ, algorithms }: Expected, keys: KeySet, read: (claims: JWTPayload) => Read | undefined): Promise<{
    read: Read;
    by: PublishedKey;
} | undefined>;

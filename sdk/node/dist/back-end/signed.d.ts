import { type JWTPayload } from "jose";
import type { KeySet } from "./key-set.js";
/** What a token must be, besides signed. */
export interface Expected {
    /** The header's `typ`, without `application/`, in small letters. */
    readonly typ: string;
    readonly algorithms: readonly string[];
}
/**
 * The claims of a token that one of the issuer's keys signed, and the `kid` of that key; undefined where none did, or
 * it is not what is expected.
 *
 * @throws {@link Unavailable} where the keys cannot be read.
 */
export declare function verifySigned(token: string, { typ, algorithms }: Expected, keys: KeySet): Promise<{
    claims: JWTPayload;
    kid: string;
} | undefined>;

import type { JWTPayload } from "jose";
/** Whether a text has the form of a JWS in compact form (RFC 7515 §7.1). */
export declare function hasTokenForm(text: string): boolean;
/** What every token from Portico must say: for whom it is, by whom, when, and its id. */
export interface Named {
    readonly tokenId: string;
    readonly issuedAt: number;
    readonly expiresAt: number;
}
/**
 * Reads what launch tokens and logout tokens have in common; undefined where the token is not for this app and now.
 * `now` is in seconds since 1970.
 */
export declare function readNamed(claims: JWTPayload, issuer: string, clientId: string, now: number): Named | undefined;
/** A text that is not empty. */
export declare function isText(value: unknown): value is string;

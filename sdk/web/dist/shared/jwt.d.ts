/** A JWT's claims (RFC 7519 §4). */
export type Claims = Readonly<Record<string, unknown>>;
/**
 * The payload of a JWT. Its signature is NOT verified: good for comparing and for reading what came over a
 * connection that is trusted anyway, never for deciding who somebody is.
 *
 * @returns `null` when `token` is not a JWT.
 */
export declare function unverifiedClaims(token: string): Claims | null;
/** The claim `name` where it is a string, else the empty string. */
export declare function textClaim(claims: Claims | null, name: string): string;

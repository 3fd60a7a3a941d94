import { decodeText } from "./base64url.js";

/** A JWT's claims (RFC 7519 §4). */
export type Claims = Readonly<Record<string, unknown>>;

/**
 * The payload of a JWT. Its signature is NOT verified: good for comparing and for reading what came over a
 * connection that is trusted anyway, never for deciding who somebody is.
 *
 * @returns `null` when `token` is not a JWT.
 */
export function unverifiedClaims(token: string): Claims | null {
  try {
    const claims: unknown = JSON.parse(decodeText(token.split(".")[1] ?? ""));
    return typeof claims === "object" && claims !== null && !Array.isArray(claims)
      ? (claims as Claims)
      : null;
  } catch {
    return null;
  }
}

/** The claim `name` where it is a string, else the empty string. */
export function textClaim(claims: Claims | null, name: string): string {
  const value = claims?.[name];
  return typeof value === "string" ? value : "";
}

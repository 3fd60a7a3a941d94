import type { Fields } from "./fields.js";

/**
 * The payload of a JWT (RFC 7519 §4), as far as it is ASCII: ids, times, scopes, addresses. Its signature is NOT
 * verified: good for comparing and for reading what came over a connection that is trusted anyway, never for deciding
 * who somebody is.
 *
 * @returns no claims at all when `token` is not a JWT.
 */
export function unverifiedClaims(token: string): Fields {
  try {
    const payload = token.split(".")[1] ?? "";
    return Object(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")))) as Fields;
  } catch {
    return {};
  }
}

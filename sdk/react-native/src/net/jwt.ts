/** A JWT's claims (RFC 7519 §4). */
export type Claims = Readonly<Record<string, unknown>>;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** The UTF-8 text behind base64url (RFC 4648 §5). Engines in apps need not have `atob` or `TextDecoder`. */
function decodeText(text: string): string {
  let escaped = "";
  let bits = 0;
  let held = 0;
  for (const letter of text) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) throw new Error("not base64url");
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    escaped += `%${((held >> bits) & 0xff).toString(16).padStart(2, "0")}`;
  }
  return decodeURIComponent(escaped);
}

/**
 * The payload of a JWT. Its signature is NOT verified: good for comparing and for reading what came over a
 * connection that is trusted anyway, never for deciding who somebody is.
 *
 * @returns `null` when `token` is not a JWT.
 */
export function unverifiedClaims(token: string): Claims | null {
  try {
    const claims: unknown = JSON.parse(decodeText(token.split(".")[1] ?? ""));
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? (claims as Claims) : null;
  } catch {
    return null;
  }
}

/** The claim `name` where it is a string, else the empty string. */
export function textClaim(claims: Claims | null, name: string): string {
  const value = claims?.[name];
  return typeof value === "string" ? value : "";
}

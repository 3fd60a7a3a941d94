import type { JWTPayload } from "jose";

import { CLOCK_SKEW, LONGEST_LIFE } from "./recent.js";

/** The longest token that is looked at, in characters. */
const LONGEST = 16 * 1024;

/** Whether a text has the form of a JWS in compact form (RFC 7515 §7.1). */
export function hasTokenForm(text: string): boolean {
  return text.length <= LONGEST && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}

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
export function readNamed(claims: JWTPayload, issuer: string, clientId: string, now: number): Named | undefined {
  const { iss, aud, iat, exp, nbf, jti } = claims;
  const [audience, ...more] = Array.isArray(aud) ? aud : [aud];
  if (iss !== issuer || audience !== clientId || more.length > 0) return undefined;
  if (!isMoment(iat) || !isMoment(exp) || !isText(jti)) return undefined;
  if (exp <= now || iat > now + CLOCK_SKEW || exp <= iat || exp - iat > LONGEST_LIFE) return undefined;
  if (nbf !== undefined && !(isMoment(nbf) && nbf <= now + CLOCK_SKEW)) return undefined;
  return { tokenId: jti, issuedAt: iat, expiresAt: exp };
}

/** A text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function isMoment(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

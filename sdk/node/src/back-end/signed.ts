import { compactVerify, decodeProtectedHeader, errors, type JWTPayload, type ProtectedHeaderParameters } from "jose";

import { hasTokenForm } from "./claims.js";
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
export async function verifySigned(
  token: string,
  { typ, algorithms }: Expected,
  keys: KeySet,
): Promise<{ claims: JWTPayload; kid: string } | undefined> {
  const header = readHeader(token);
  if (!header) return undefined;
  const { alg, kid } = header;
  if (typeof header.typ !== "string") return undefined;
  const type = header.typ.toLowerCase().replace(/^application\//, "");
  if (alg === undefined || !algorithms.includes(alg) || type !== typ) return undefined;
  if (typeof kid !== "string") return undefined;
  const key = await keys.key({ ...header, alg, kid });
  if (!key) return undefined;
  try {
    const { payload } = await compactVerify(token, key, { algorithms: [...algorithms] });
    const claims = readClaims(payload);
    return claims && { claims, kid };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

function readHeader(token: string): ProtectedHeaderParameters | undefined {
  if (!hasTokenForm(token)) return undefined;
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
}

function readClaims(payload: Uint8Array): JWTPayload | undefined {
  try {
    const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? (claims as JWTPayload) : undefined;
  } catch {
    return undefined;
  }
}

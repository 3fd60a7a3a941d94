import { base64url, compactVerify, errors, type JWTPayload, type ProtectedHeaderParameters } from "jose";

import { hasTokenForm } from "./claims.js";
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
export async function verifySigned<Read>(
  token: string,
  { typ, algorithms }: Expected,
  keys: KeySet,
  read: (claims: JWTPayload) => Read | undefined,
): Promise<{ read: Read; by: PublishedKey } | undefined> {
  if (!hasTokenForm(token) || !isSpeltOut(token.slice(token.lastIndexOf(".") + 1))) return undefined;
  const header: ProtectedHeaderParameters | undefined = readPart(token, 0);
  if (!header) return undefined;
  const { alg, kid } = header;
  if (typeof header.typ !== "string") return undefined;
  const type = header.typ.toLowerCase().replace(/^application\//, "");
  if (alg === undefined || !algorithms.includes(alg) || type !== typ) return undefined;
  if (typeof kid !== "string" || "crit" in header) return undefined;
  const claims = readPart(token, 1);
  const found = claims && read(claims);
  if (found === undefined) return undefined;
  const by = await keys.key({ ...header, alg, kid });
  if (!by) return undefined;
  try {
    await compactVerify(token, by.key, { algorithms: [...algorithms] });
    return { read: found, by };
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Whether a text of Base64url has no bits that say nothing (RFC 4648 §3.5): they would make other texts of the same token. */
function isSpeltOut(text: string): boolean {
  return Buffer.from(text, "base64url").toString("base64url") === text;
}

/** The JSON object of one part of a token, whoever signed it. */
function readPart(token: string, index: 0 | 1): JWTPayload | undefined {
  try {
    const bytes = base64url.decode(token.split(".")[index] ?? "");
    const read: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return typeof read === "object" && read !== null && !Array.isArray(read) ? (read as JWTPayload) : undefined;
  } catch {
    return undefined;
  }
}

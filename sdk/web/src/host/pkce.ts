import { encode } from "../shared/base64url.js";
import { PorticoError } from "../shared/errors.js";

/**
 * The S256 challenge for a verifier (RFC 7636 §4.2).
 *
 * @throws {@link PorticoError} `insecure_context` where the browser has no Web Cryptography: the page must come
 * over https or from loopback.
 */
export async function challenge(verifier: string): Promise<string> {
  if (globalThis.crypto?.subtle === undefined) {
    throw new PorticoError("insecure_context", "signing in needs https, or loopback");
  }
  return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

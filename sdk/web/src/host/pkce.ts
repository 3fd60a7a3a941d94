import { encode } from "../shared/base64url.js";

/** The S256 challenge for a verifier (RFC 7636 §4.2). Web Cryptography needs a page over https, or from loopback. */
export async function challenge(verifier: string): Promise<string> {
  return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

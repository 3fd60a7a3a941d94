import { encode } from "../shared/base64url.js";
import { PorticoError } from "../shared/errors.js";
export async function challenge(verifier) {
    if (globalThis.crypto?.subtle === undefined) {
        throw new PorticoError("insecure_context", "signing in needs https, or loopback");
    }
    return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

import { encode } from "../shared/base64url.js";
export async function challenge(verifier) {
    return encode(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier))));
}

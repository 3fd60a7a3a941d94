/**
 * The S256 challenge for a verifier (RFC 7636 §4.2).
 *
 * @throws {@link PorticoError} `insecure_context` where the browser has no Web Cryptography: the page must come
 * over https or from loopback.
 */
export declare function challenge(verifier: string): Promise<string>;

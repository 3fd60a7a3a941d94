/** The S256 challenge for a verifier (RFC 7636 §4.2). Web Cryptography needs a page over https, or from loopback. */
export declare function challenge(verifier: string): Promise<string>;

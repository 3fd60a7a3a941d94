/** Base64url without padding (RFC 4648 §5). */
export declare function encode(bytes: Uint8Array): string;

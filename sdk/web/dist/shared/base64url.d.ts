/** Base64url without padding (RFC 4648 §5). */
export declare function encode(bytes: Uint8Array): string;
/**
 * The UTF-8 text behind a base64url string.
 *
 * @throws when `text` is not base64url, or what it holds is not UTF-8.
 */
export declare function decodeText(text: string): string;

/** A text with one character for every byte, so that bytes that are no text stay what they are. */
export declare function asBytes(bytes: Buffer): string;
/** The bytes of such a text. */
export declare function fromBytes(text: string): Buffer;
/**
 * A text without the characters of one kind that stand around it. (A regular expression for those at the end would look
 * to the end from each of them: the square of their number.)
 */
export declare function stripped(text: string, kind: RegExp): string;
/** The UTF-8 text in bytes of {@link asBytes}; what is none becomes U+FFFD. */
export declare function decoded(bytes: string): string;
/** The same with `%XX` decoded before; what is no such triplet stays (URL Standard §1.3). */
export declare function percentDecoded(bytes: string): string;
/** The bytes with `%XX` decoded; what is no such triplet stays. */
export declare function percentBytes(bytes: string): Buffer;
/** A text with all but the unreserved characters encoded (RFC 3986 §2.3). */
export declare function percentEncoded(text: string): string;

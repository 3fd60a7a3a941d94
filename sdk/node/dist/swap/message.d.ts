/** One line of a message's head, one character for every byte of the value. */
export type Header = readonly [name: string, value: string];
/** A request. The target is in origin form (RFC 9112 §3.2.1); the body is there where one came, as it came. */
export interface Request {
    readonly method: string;
    readonly target: string;
    readonly headers: readonly Header[];
    readonly body?: Buffer | undefined;
}
/** An answer. */
export interface Answer {
    readonly status: number;
    readonly headers: readonly Header[];
    readonly body?: Buffer | undefined;
}
/** The values of the headers of this name, in small letters. */
export declare function values(headers: readonly Header[], name: string): string[];
/** The headers without those of these names, in small letters. */
export declare function without(headers: readonly Header[], ...names: readonly string[]): Header[];
/** What is said about the bytes of a body and is not true of others (RFC 9530, and those before it). */
export declare const DIGESTS: readonly ["content-md5", "digest", "content-digest", "repr-digest"];

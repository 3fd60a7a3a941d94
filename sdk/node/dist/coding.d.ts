/** Why a body cannot be looked into: it is longer than the limit, as it came or unpacked, or is not what it says. */
export declare class Unreadable extends Error {
    readonly reason: "too_large" | "broken";
    constructor(reason: "too_large" | "broken");
}
/** Whether all of these codings are understood, and are no more than anybody needs. */
export declare function areUnderstood(codings: readonly string[]): boolean;
/**
 * The body without its codings. Neither it nor anything in between is longer than the limit.
 *
 * @throws {@link Unreadable}
 */
export declare function unpack(codings: readonly string[], body: Buffer, limit: number): Promise<Buffer>;
/** The body in these codings again. */
export declare function pack(codings: readonly string[], body: Buffer): Promise<Buffer>;

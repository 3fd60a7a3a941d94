import type { IncomingMessage } from "node:http";
import type { Header, Request } from "../swap/message.js";
/** The client is gone before its request was whole. Nobody is there to be answered. */
export declare class Gone extends Error {
}
/** The head of a request, as it came. */
export declare function head(incoming: IncomingMessage, target: string): Omit<Request, "body">;
/** How long a body follows the head (RFC 9112 §6): infinite where that is not said, undefined where none does. */
export declare function bodyLength({ headers }: IncomingMessage): number | undefined;
/**
 * A request's body, taken off before anybody else reads it, and put back: whoever reads the request afterwards, as a
 * stream or through a parser, reads what was put back.
 *
 * What comes is taken where the platform hands it to the stream, so that the stream itself is still unread.
 */
export declare class Body {
    #private;
    constructor(incoming: IncomingMessage);
    /** The whole of it. Refuses with 413 more than `limit` bytes. @throws {@link Gone} */
    take(limit: number): Promise<Buffer>;
    /** Puts a body in the place of the one that was taken. */
    put(body: Buffer): void;
}
/** Drops a request's trailers: what stands behind a body could say there what it may not say before it. */
export declare function dropTrailers(incoming: IncomingMessage): void;
/** Gives a request other headers, wherever they are read. */
export declare function setHeaders(incoming: IncomingMessage, headers: readonly Header[]): void;

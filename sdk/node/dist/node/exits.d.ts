import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { type Refused } from "../refused.js";
import type { Header } from "../swap/message.js";
/** What hears that something has been written. */
export type Done = () => void;
/** A piece of a body. */
export type Chunk = string | Uint8Array;
/** The headers that `writeHead` can be given. */
export type HeadersArgument = OutgoingHttpHeaders | OutgoingHttpHeader[];
/** The functions through which an answer leaves, whoever may have put others in their place before. */
export interface Exits {
    writeHead: ServerResponse["writeHead"];
    write: (chunk: Chunk, encoding?: BufferEncoding, done?: Done) => boolean;
    end: (chunk?: Chunk | null, encoding?: BufferEncoding, done?: Done) => ServerResponse;
    flushHeaders: () => void;
}
/** Answers in place of the app. */
export declare function answerWith(response: ServerResponse, refused: Refused, exits?: Exits): void;
/** Answers so, and with nothing of what the app has said already. */
export declare function answerInstead(response: ServerResponse, { status, headers, body }: {
    status: number;
    headers: readonly Header[];
    body?: string;
}, exits?: Exits): void;
/** The ways that are there now. */
export declare function exitsOf({ writeHead, write, end, flushHeaders }: ServerResponse): Exits;
/** What `write` and `end` are given behind the bytes. */
export declare function encodingAndDone(given: readonly unknown[]): [BufferEncoding | undefined, Done | undefined];
/** Sets the headers that `writeHead` was given: an object, or names and values in turn (or in pairs). */
export declare function setGiven(response: ServerResponse, given: HeadersArgument | undefined): void;

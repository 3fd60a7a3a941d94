import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { type Refused } from "../refused.js";
export type Done = () => void;
export type Chunk = string | Uint8Array;
export type HeadersArgument = OutgoingHttpHeaders | OutgoingHttpHeader[];
/** The functions through which an answer leaves. */
export interface Exits {
    writeHead: ServerResponse["writeHead"];
    write: (chunk: Chunk, encoding?: BufferEncoding, done?: Done) => boolean;
    end: (chunk?: Chunk | null, encoding?: BufferEncoding, done?: Done) => ServerResponse;
    flushHeaders: () => void;
}
/** Answers in place of the app. */
export declare function answerWith(response: ServerResponse, refused: Refused, exits?: Exits): void;
/** The ways that are there now. */
export declare function exitsOf({ writeHead, write, end, flushHeaders }: ServerResponse): Exits;
/** What `write` and `end` are given behind the bytes. */
export declare function encodingAndDone(given: readonly unknown[]): [BufferEncoding | undefined, Done | undefined];
/** Sets the headers that `writeHead` was given: an object, or names and values in turn (or in pairs). */
export declare function setGiven(response: ServerResponse, given: HeadersArgument | undefined): void;

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Answer } from "./answer.js";
/** Sends an answer in place of the app, unless somebody has answered already, as time-outs do. */
export declare function send(response: ServerResponse, { status, headers, body }: Answer): void;
/**
 * The form in a request's body, as text: read here, or read before by a parser that left it as `parsed`. Undefined where
 * it is longer than any logout token needs.
 */
export declare function formOf(request: IncomingMessage, parsed: unknown): Promise<string | undefined>;

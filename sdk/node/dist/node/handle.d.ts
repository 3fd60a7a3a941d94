import type { IncomingMessage, ServerResponse } from "node:http";
import type { Gateway } from "../gateway.js";
import { Refused } from "../refused.js";
/** What the app may want to know about its gateway. */
export interface Options {
    /** Hears of every request and answer that went no further, for the log: neither holds a token or an OpenID. */
    onRefused?: (refused: Refused, request: IncomingMessage) => void;
}
/**
 * Lets a request in, swaps it where it stands, and holds its answer. The new target is the result; undefined where
 * the request was answered in place of the app.
 *
 * Rejects with what is wrong with the way it is used, never with what is wrong with the request.
 */
export declare function handle(gateway: Gateway, options: Options, request: IncomingMessage, response: ServerResponse, target: string): Promise<string | undefined>;

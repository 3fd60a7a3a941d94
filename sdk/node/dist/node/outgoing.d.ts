import type { ServerResponse } from "node:http";
import type { Admitted } from "../gateway.js";
import { Refused } from "../refused.js";
/**
 * Holds an answer while something in it has to be swapped: its head until the people in it are known, its body until
 * it is whole. Everything else leaves at once, by the ways that were there before.
 */
export declare class HeldAnswer {
    #private;
    private constructor();
    /** Holds the answer to a request that was let in, if its route declares anything in answers. */
    static install(response: ServerResponse, admitted: Admitted, method: string, log: (refused: Refused) => void): void;
}

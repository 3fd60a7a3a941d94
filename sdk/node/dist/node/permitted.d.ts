import type { ServerResponse } from "node:http";
import type { Scripts } from "../cors.js";
/**
 * Lets scripts read the answer, as its head leaves, unless that says itself which origins may. An answer in place of
 * the app's is theirs too.
 */
export declare function permit(response: ServerResponse, { areAny, permission }: Scripts): void;

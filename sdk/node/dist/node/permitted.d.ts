import type { ServerResponse } from "node:http";
import type { Header } from "../swap/message.js";
/**
 * Adds these headers to the answer, as its head leaves, unless that says itself which origins may read it. An answer in
 * place of the app's has them too.
 */
export declare function permit(response: ServerResponse, permission: readonly Header[]): void;

import type { ServerResponse } from "node:http";

import type { Header } from "../swap/message.js";
import { setGiven, type HeadersArgument } from "./exits.js";

/**
 * Adds these headers to the answer, as its head leaves, unless that says itself which origins may read it. An answer in
 * place of the app's has them too.
 */
export function permit(response: ServerResponse, permission: readonly Header[]): void {
  if (permission.length === 0) return;
  const leave = response.writeHead as (this: ServerResponse, status: number, reason?: string) => ServerResponse;
  response.writeHead = (status: number, reason?: string | HeadersArgument, given?: HeadersArgument) => {
    const isNamed = typeof reason === "string";
    setGiven(response, isNamed ? given : reason);
    if (!response.hasHeader("access-control-allow-origin")) {
      for (const [name, value] of permission) response.appendHeader(name, value);
    }
    return isNamed ? leave.call(response, status, reason) : leave.call(response, status);
  };
}

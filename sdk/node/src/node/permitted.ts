import type { ServerResponse } from "node:http";

import type { Scripts } from "../cors.js";
import { setGiven, type HeadersArgument } from "./exits.js";

/**
 * Lets scripts read the answer, as its head leaves, unless that says itself which origins may. An answer in place of
 * the app's is theirs too.
 */
export function permit(response: ServerResponse, { areAny, permission }: Scripts): void {
  if (!areAny) return;
  const leave = response.writeHead as (this: ServerResponse, status: number, reason?: string) => ServerResponse;
  response.writeHead = (status: number, reason?: string | HeadersArgument, given?: HeadersArgument) => {
    const isNamed = typeof reason === "string";
    setGiven(response, isNamed ? given : reason);
    if (!response.hasHeader("access-control-allow-origin")) {
      // Who asked from elsewhere is told so too: a browser would give a script this answer, which it may not read.
      if (!variesByOrigin(response)) response.appendHeader("vary", "Origin");
      for (const [name, value] of permission) response.appendHeader(name, value);
    }
    return isNamed ? leave.call(response, status, reason) : leave.call(response, status);
  };
}

/** Whether the answer says already that it is another for another origin (RFC 9110 §12.5.5). */
function variesByOrigin(response: ServerResponse): boolean {
  const names = [response.getHeader("vary") ?? []].flat().flatMap((line) => String(line).split(","));
  return names.some((name) => /^(\*|origin)$/i.test(name.trim()));
}

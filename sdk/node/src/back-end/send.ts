import type { IncomingMessage, ServerResponse } from "node:http";

import type { Answer } from "./answer.js";

/** The longest form that is read, in bytes: a token, and room for what may be beside it. */
const LONGEST = 64 * 1024;

/** Sends an answer in place of the app, unless somebody has answered already, as time-outs do. */
export function send(response: ServerResponse, { status, headers, body }: Answer): void {
  if (response.headersSent) return;
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

/**
 * The form in a request's body, as text: read here, or read before by a parser that left it as `parsed`. Undefined where
 * it is longer than any logout token needs.
 */
export async function formOf(request: IncomingMessage, parsed: unknown): Promise<string | undefined> {
  if (typeof parsed === "string") return parsed;
  if (Buffer.isBuffer(parsed)) return parsed.toString("utf8");
  // A parser of other types leaves an empty object and the body where it is.
  const isLeft = !request.readableDidRead && isEmpty(parsed);
  if (typeof parsed === "object" && parsed !== null && !isLeft) return rewritten(parsed);
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size > LONGEST) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function isEmpty(parsed: unknown): boolean {
  return typeof parsed === "object" && parsed !== null && Object.keys(parsed).length === 0;
}

/** A form that was parsed, as a form again: with each of several values of one name, and without what only a parser makes. */
function rewritten(parsed: object): string {
  const fields = Object.entries(parsed).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).filter((one) => typeof one === "string").map((one): [string, string] => [name, one]),
  );
  return new URLSearchParams(fields).toString();
}

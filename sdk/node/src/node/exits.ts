import type { OutgoingHttpHeader, OutgoingHttpHeaders, ServerResponse } from "node:http";

import { refusal, type Refused } from "../refused.js";
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
export function answerWith(response: ServerResponse, refused: Refused, exits = exitsOf(response)): void {
  const { headers, body } = refusal(refused);
  const length: Header = ["content-length", String(Buffer.byteLength(body))];
  answerInstead(response, { status: refused.status, headers: [...headers, length], body }, exits);
}

/** Answers so, and with nothing of what the app has said already. */
export function answerInstead(
  response: ServerResponse,
  { status, headers, body }: { status: number; headers: readonly Header[]; body?: string },
  exits = exitsOf(response),
): void {
  if (response.destroyed) return;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = status;
  response.statusMessage = "";
  for (const [name, value] of headers) response.setHeader(name, value);
  exits.end.call(response, body);
}

/** The ways that are there now. */
export function exitsOf({ writeHead, write, end, flushHeaders }: ServerResponse): Exits {
  return { writeHead, write: write as Exits["write"], end: end as Exits["end"], flushHeaders };
}

/** What `write` and `end` are given behind the bytes. */
export function encodingAndDone(given: readonly unknown[]): [BufferEncoding | undefined, Done | undefined] {
  const encoding = typeof given[0] === "string" ? (given[0] as BufferEncoding) : undefined;
  const done = given.find((one) => typeof one === "function") as Done | undefined;
  return [encoding, done];
}

/** Sets the headers that `writeHead` was given: an object, or names and values in turn (or in pairs). */
export function setGiven(response: ServerResponse, given: HeadersArgument | undefined): void {
  if (!given) return;
  // A value may be a list as well, so only pairs are taken apart.
  const flat = !Array.isArray(given) ? [] : Array.isArray(given[0]) ? given.flat() : given;
  const pairs = Array.isArray(given)
    ? Array.from({ length: flat.length / 2 }, (_, at) => [String(flat[2 * at]), flat[2 * at + 1]] as const)
    : Object.entries(given);
  for (const [name] of pairs) response.removeHeader(name);
  for (const [name, value] of pairs) {
    if (value === undefined) continue;
    response.appendHeader(name, typeof value === "number" ? String(value) : (value as string | string[]));
  }
}

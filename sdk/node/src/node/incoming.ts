import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

import type { Header, Request } from "../swap/message.js";
import { tooLarge } from "../swap/wrong.js";

/** The client is gone before its request was whole. Nobody is there to be answered. */
export class Gone extends Error {}

/** The head of a request, as it came. */
export function head(incoming: IncomingMessage, target: string): Omit<Request, "body"> {
  const headers: Header[] = [];
  for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
    headers.push([incoming.rawHeaders[at] ?? "", incoming.rawHeaders[at + 1] ?? ""]);
  }
  return { method: incoming.method ?? "GET", target, headers };
}

/** How long a body follows the head (RFC 9112 §6): infinite where that is not said, undefined where none does. */
export function bodyLength({ headers }: IncomingMessage): number | undefined {
  if (headers["transfer-encoding"] !== undefined) return Infinity;
  return headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
}

/**
 * A request's body, taken off before anybody else reads it, and put back: whoever reads the request afterwards, as a
 * stream or through a parser, reads what was put back.
 *
 * What comes is taken where the platform hands it to the stream, so that the stream itself is still unread.
 */
export class Body {
  readonly #incoming: IncomingMessage;
  #isEnded = false;

  constructor(incoming: IncomingMessage) {
    if (incoming.readableDidRead || incoming.readableFlowing !== null) {
      throw new Error("the request's body was read before Portico's middleware: put it before every body parser");
    }
    this.#incoming = incoming;
  }

  /** The whole of it. Refuses with 413 more than `limit` bytes. @throws {@link Gone} */
  take(limit: number): Promise<Buffer> {
    const incoming = this.#incoming;
    const pieces: Buffer[] = [];
    let size = 0;
    return new Promise((resolve, reject) => {
      const end = (): void => {
        incoming.off("close", gone);
        resolve(Buffer.concat(pieces));
      };
      const fail = (error: Error): void => {
        incoming.off("close", gone);
        // The rest is not wanted by anybody.
        incoming.push = () => true;
        reject(error);
      };
      const gone = (): void => fail(new Gone());
      const keep = (piece: Buffer): void => {
        size += piece.length;
        if (size > limit) fail(tooLarge());
        else pieces.push(piece);
      };
      if (Number(incoming.headers["content-length"] ?? 0) > limit) return fail(tooLarge());
      if (incoming.destroyed) return fail(new Gone());
      // What was there already. To ask for exactly as much does not end the stream.
      while (incoming.readableLength > 0) keep(incoming.read(incoming.readableLength) as Buffer);
      if (size > limit) return;
      this.#isEnded = incoming.complete;
      if (this.#isEnded) return end();
      incoming.push = (piece: Buffer | null) => {
        if (piece === null) end();
        else keep(piece);
        return true;
      };
      incoming.once("close", gone);
      incoming.read(0);
    });
  }

  /** Puts a body in the place of the one that was taken. */
  put(body: Buffer): void {
    const incoming = this.#incoming;
    if (this.#isEnded) {
      if (body.length > 0) incoming.unshift(body);
      return;
    }
    Reflect.deleteProperty(incoming, "push");
    if (body.length > 0) Readable.prototype.push.call(incoming, body);
    Readable.prototype.push.call(incoming, null);
  }
}

/** Drops a request's trailers: what stands behind a body could say there what it may not say before it. */
export function dropTrailers(incoming: IncomingMessage): void {
  const none = (value: () => unknown): PropertyDescriptor => ({ get: value, set: () => undefined, configurable: true });
  Object.defineProperties(incoming, {
    rawTrailers: none(() => []), trailers: none(() => ({})), trailersDistinct: none(() => ({})),
  });
}

/** Gives a request other headers, wherever they are read. */
export function setHeaders(incoming: IncomingMessage, headers: readonly Header[]): void {
  const joined: NodeJS.Dict<string | string[]> = {};
  const distinct: NodeJS.Dict<string[]> = {};
  for (const [name, value] of headers) {
    const lower = name.toLowerCase();
    (distinct[lower] ??= []).push(value);
  }
  for (const [name, values = []] of Object.entries(distinct)) {
    if (name === "set-cookie") joined[name] = values;
    else if (ONCE.has(name)) joined[name] = values[0];
    else joined[name] = values.join(name === "cookie" ? "; " : ", ");
  }
  incoming.rawHeaders = headers.flat();
  incoming.headers = joined;
  incoming.headersDistinct = distinct;
}

/** The headers of which the platform keeps the first alone. */
const ONCE = new Set([
  "age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "if-modified-since",
  "if-unmodified-since", "last-modified", "location", "max-forwards", "proxy-authorization", "referer", "retry-after",
  "server", "user-agent",
]);

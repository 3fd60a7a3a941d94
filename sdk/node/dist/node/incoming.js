import { Readable } from "node:stream";
import { tooLarge } from "../swap/wrong.js";
export class Gone extends Error {
}
export function head(incoming, target) {
    const headers = [];
    for (let at = 0; at < incoming.rawHeaders.length; at += 2) {
        headers.push([incoming.rawHeaders[at] ?? "", incoming.rawHeaders[at + 1] ?? ""]);
    }
    return { method: incoming.method ?? "GET", target, headers };
}
export function bodyLength({ headers }) {
    if (headers["transfer-encoding"] !== undefined)
        return Infinity;
    return headers["content-length"] === undefined ? undefined : Number(headers["content-length"]);
}
export class Body {
    #incoming;
    #isEnded = false;
    constructor(incoming) {
        if (incoming.readableDidRead || incoming.readableFlowing !== null) {
            throw new Error("the request's body was read before Portico's middleware: put it before every body parser");
        }
        this.#incoming = incoming;
    }
    take(limit) {
        const incoming = this.#incoming;
        const pieces = [];
        let size = 0;
        return new Promise((resolve, reject) => {
            const end = () => {
                incoming.off("close", gone);
                resolve(Buffer.concat(pieces));
            };
            const fail = (error) => {
                incoming.off("close", gone);
                incoming.push = () => true;
                reject(error);
            };
            const gone = () => fail(new Gone());
            const keep = (piece) => {
                size += piece.length;
                if (size > limit)
                    fail(tooLarge());
                else
                    pieces.push(piece);
            };
            if (Number(incoming.headers["content-length"] ?? 0) > limit)
                return fail(tooLarge());
            if (incoming.destroyed)
                return fail(new Gone());
            while (incoming.readableLength > 0)
                keep(incoming.read(incoming.readableLength));
            if (size > limit)
                return;
            this.#isEnded = incoming.complete;
            if (this.#isEnded)
                return end();
            incoming.push = (piece) => {
                if (piece === null)
                    end();
                else
                    keep(piece);
                return true;
            };
            incoming.once("close", gone);
            incoming.read(0);
        });
    }
    put(body) {
        const incoming = this.#incoming;
        if (this.#isEnded) {
            if (body.length > 0)
                incoming.unshift(body);
            return;
        }
        Reflect.deleteProperty(incoming, "push");
        if (body.length > 0)
            Readable.prototype.push.call(incoming, body);
        Readable.prototype.push.call(incoming, null);
    }
}
export function dropTrailers(incoming) {
    const none = (value) => ({ get: value, set: () => undefined, configurable: true });
    Object.defineProperties(incoming, {
        rawTrailers: none(() => []), trailers: none(() => ({})), trailersDistinct: none(() => ({})),
    });
}
export function setHeaders(incoming, headers) {
    const joined = {};
    const distinct = {};
    for (const [name, value] of headers) {
        const lower = name.toLowerCase();
        (distinct[lower] ??= []).push(value);
    }
    for (const [name, values = []] of Object.entries(distinct)) {
        if (name === "set-cookie")
            joined[name] = values;
        else if (ONCE.has(name))
            joined[name] = values[0];
        else
            joined[name] = values.join(name === "cookie" ? "; " : ", ");
    }
    incoming.rawHeaders = headers.flat();
    incoming.headers = joined;
    incoming.headersDistinct = distinct;
}
const ONCE = new Set([
    "age", "authorization", "content-length", "content-type", "etag", "expires", "from", "host", "if-modified-since",
    "if-unmodified-since", "last-modified", "location", "max-forwards", "proxy-authorization", "referer", "retry-after",
    "server", "user-agent",
]);

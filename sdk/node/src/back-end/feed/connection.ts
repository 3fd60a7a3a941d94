import { request as http, type IncomingMessage } from "node:http";
import { request as https } from "node:https";

import type { Credentials } from "../credentials.js";

/** Opens the feed, to be resumed after an event. @throws where it does not open. */
export type Connect = (lastEventId: string | undefined, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

/** The answer was not the feed. */
export class NotOpened extends Error {}

/** In how many milliseconds it must open, and for how long nothing may arrive at all before it is given up. */
const DEAD = 5000;

/** Opens `GET /v1/feed` of this issuer. A connection keeps no process alive by itself. */
export function connectTo(issuer: string, credentials: Credentials, dead = DEAD): Connect {
  return async (lastEventId, signal) => {
    const { headers, fields } = await credentials.of(issuer);
    const url = new URL(`${issuer.replace(/\/$/, "")}/v1/feed`);
    // A secret has no place in an address; an assertion, good once and for a minute, has no other here.
    if ("client_assertion" in fields) url.search = new URLSearchParams(fields).toString();
    const answer = await opened(url, {
      ...headers, accept: "text/event-stream", ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    }, signal, dead);
    const type = answer.headers["content-type"] ?? "";
    if (answer.statusCode === 200 && /^text\/event-stream\b/i.test(type)) return answer;
    answer.destroy();
    const hint = answer.statusCode === 401 ? ": are the app's credentials right, and is it not suspended?" : "";
    throw new NotOpened(`${answer.statusCode ?? 0} from /v1/feed${hint}`);
  };
}

function opened(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal,
  dead: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http)(url, { headers, signal, agent: false });
    // However slowly its head comes.
    const opening = setTimeout(() => request.destroy(new NotOpened("the feed does not open")), dead).unref();
    request.once("socket", (socket) => socket.unref());
    request.setTimeout(dead, () => request.destroy(new NotOpened("nothing arrives from the feed")));
    request.once("response", resolve);
    request.once("error", reject);
    for (const event of ["response", "close"]) request.once(event, () => clearTimeout(opening));
    request.end();
  });
}

import { request as http, type IncomingMessage } from "node:http";
import { request as https } from "node:https";

import type { Credentials } from "../credentials.js";

/** Opens the feed, to be resumed after an event. @throws where it does not open. */
export type Connect = (lastEventId: string | undefined, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;

/** The answer was not the feed. */
export class NotOpened extends Error {}

/** For how long nothing may arrive at all before the connection is given up, in milliseconds. */
const DEAD = 5000;

/** Opens `GET /v1/feed` of this issuer. A connection keeps no process alive by itself. */
export function connectTo(issuer: string, credentials: Credentials): Connect {
  return async (lastEventId, signal) => {
    const { headers, fields } = await credentials.of(issuer);
    const url = new URL(`${issuer.replace(/\/$/, "")}/v1/feed`);
    // A secret has no place in an address; an assertion, good once and for a minute, has no other here.
    if ("client_assertion" in fields) url.search = new URLSearchParams(fields).toString();
    const answer = await opened(url, {
      ...headers, accept: "text/event-stream", ...(lastEventId === undefined ? {} : { "last-event-id": lastEventId }),
    }, signal);
    const type = answer.headers["content-type"] ?? "";
    if (answer.statusCode === 200 && /^text\/event-stream\b/i.test(type)) return answer;
    answer.destroy();
    const hint = answer.statusCode === 401 ? ": are the app's credentials right, and is it not suspended?" : "";
    throw new NotOpened(`${answer.statusCode ?? 0} from /v1/feed${hint}`);
  };
}

function opened(url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? https : http)(url, { headers, signal, agent: false });
    request.once("socket", (socket) => socket.unref());
    request.setTimeout(DEAD, () => request.destroy(new NotOpened("nothing arrives from the feed")));
    request.once("response", resolve);
    request.once("error", reject);
    request.end();
  });
}

import type { Credentials } from "../credentials.js";
/** Opens the feed, to be resumed after an event. @throws where it does not open. */
export type Connect = (lastEventId: string | undefined, signal: AbortSignal) => Promise<AsyncIterable<Uint8Array>>;
/** The answer was not the feed. */
export declare class NotOpened extends Error {
}
/** Opens `GET /v1/feed` of this issuer. A connection keeps no process alive by itself. */
export declare function connectTo(issuer: string, credentials: Credentials, dead?: number): Connect;

import type { Context } from "./context.js";
/**
 * Keeps `GET /v1/events` open until the returned function is called, and passes on what it says; with `fetch`, because
 * an `EventSource` cannot send a token. Resumes after the last event heard, waits longer after each failure in a row (1 s
 * to 30 s), and takes a stream that has been silent for 45 s for dead (the server pings every 15 s).
 */
export declare function follow(host: Context): () => void;

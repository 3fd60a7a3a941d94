import type { Environment } from "../shared/environment.js";
import { type StreamEvent } from "./sse.js";
/** What a {@link Follower} works with. */
export interface FollowerOptions {
    /** Opens the stream after the event with that id. Rejects, or answers anything but 200: it is tried again. */
    open(lastEventId: string, signal: AbortSignal): Promise<Response>;
    heard(event: StreamEvent): void;
    online(now: boolean): void;
}
/**
 * Keeps a stream of server-sent events open, with `fetch` because an `EventSource` cannot send a token. Resumes
 * after the last event heard, waits longer after each failure in a row (1 s to 30 s), and takes a stream that has
 * been silent for 45 s for dead (the server pings every 15 s).
 */
export declare class Follower {
    #private;
    constructor(env: Environment, options: FollowerOptions);
    /** Follows until {@link Follower.stop}. */
    run(): Promise<void>;
    /** Closes the stream for good. */
    stop(): void;
}

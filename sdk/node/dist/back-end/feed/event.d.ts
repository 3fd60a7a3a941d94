import { type ServerSentEvent } from "./sse.js";
/** What the feed says. */
export type FeedEvent = {
    readonly kind: "reset" | "caught_up" | "app_suspended" | "keys_rotated" | "other";
} | {
    readonly kind: "session_ended";
    readonly sessionId: string;
} | {
    readonly kind: "token_revoked";
    readonly tokenId: string;
} | {
    readonly kind: "grant_changed";
    readonly userId: string;
    readonly scope: string;
};
/**
 * The event, read. Those that are not known, and pings, are signs of life and nothing more.
 *
 * @throws {@link Unreadable} where it is known and does not say what it must.
 */
export declare function readEvent({ name, data }: ServerSentEvent): FeedEvent;

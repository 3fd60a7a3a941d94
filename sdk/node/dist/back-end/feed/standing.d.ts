import { type Moment } from "../clock.js";
import type { Facts } from "../validated.js";
import type { FeedEvent } from "./event.js";
/** For how long after the last word the feed is relied on, in milliseconds. */
export declare const SILENCE = 2000;
/** What the feed's word makes of a token: the scopes that hold; `undefined` where it must be asked. */
export type Judgement = {
    readonly allowed: readonly string[];
} | "invalid" | undefined;
/**
 * How things stand by what the feed has said: what has ended, what holds, and whether that is recent enough to be
 * relied on. Every moment is an argument.
 */
export declare class Standing {
    #private;
    /** A new connection: what it says is not complete before it has caught up. */
    opened(): void;
    /** What was said cannot be relied on any more. */
    lost(): void;
    /** `since` is since when it may have been there, unheard. */
    hear(event: FeedEvent, now: Moment, since?: Moment): void;
    /** Whether answers may be given without asking. */
    isLive(now: Moment): boolean;
    /**
     * Whether every token is refused, since the app is suspended. That ends the feed: once it is silent, Portico is asked,
     * which knows at once when the app is resumed.
     */
    refusesAll(now: Moment): boolean;
    judge(token: Facts, now: Moment): Judgement;
}

import { type Moment } from "../clock.js";
import type { Standing } from "./standing.js";
/** The connection says nothing but comments. */
export declare class Quiet extends Error {
}
/** The keys, as far as the feed tells of them. */
export interface KeysOfFeed {
    /** They were rotated, or may have been while nobody listened. */
    mayDiffer(): void;
    /** The feed is alive: what could not be read before is read again. */
    readAgainIfStale(): void;
}
/** What becomes of the bytes of one connection after the other. */
export declare class Following {
    #private;
    constructor(standing: Standing, keys: KeysOfFeed);
    /** The `Last-Event-ID` of the next connection; undefined where it begins anew. */
    get lastEventId(): string | undefined;
    /** Whether the present connection has said everything that was to be said of the past. */
    get hasCaughtUp(): boolean;
    /**
     * To be told at short intervals. Whatever is read after a look came after the look before that one, between which the
     * process waited for what comes: a word counts from then on, since it may have waited for as long as the process stood.
     */
    looked(now: Moment): void;
    /** A connection is there. */
    opened(): void;
    /**
     * A piece of what the connection says, of any size.
     *
     * @throws {@link Unreadable} where the connection is to be given up. The next one begins anew.
     * @throws {@link Quiet} where it is to be given up, and to be resumed.
     */
    receive(piece: Uint8Array, now: Moment): void;
}

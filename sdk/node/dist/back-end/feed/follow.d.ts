import { type Clock } from "../clock.js";
import type { Connect } from "./connection.js";
import type { Following } from "./following.js";
/**
 * How long to wait before the next connection, in milliseconds, after so many that did not catch up. `chance` is
 * between 0 and 1: back ends that lost the same node do not all come back at once.
 */
export declare function pauseAfter(failures: number, chance: number): number;
/** What a follower is told and tells. */
export interface Surroundings {
    readonly clock: Clock;
    /** Between 0 and 1. */
    readonly chance: () => number;
    /** Resolves after so many milliseconds, or once the signal ends everything. */
    readonly pause: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
    /** Hears why there is no connection; for the log. */
    readonly lost: (error: Error) => void;
    /** Hears that a connection has caught up. */
    readonly caughtUp: () => void;
}
/** Keeps a connection to the feed until the signal ends it. */
export declare function follow(connect: Connect, following: Following, { clock, chance, pause, lost, caughtUp }: Surroundings, signal: AbortSignal): Promise<void>;

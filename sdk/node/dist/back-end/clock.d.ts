/** Two clocks: one that says what time it is, and one that nobody sets. */
export interface Clock {
    /** Milliseconds since 1970. */
    wall(): number;
    /** Milliseconds since some moment; never goes back. May stand while the machine sleeps. */
    steady(): number;
}
/** One look at both clocks. */
export interface Moment {
    readonly wall: number;
    readonly steady: number;
}
export declare const systemClock: Clock;
/** Now, by both. */
export declare function momentOf(clock: Clock): Moment;
/**
 * How many milliseconds ago `earlier` was: the longer of the two ways to count, since the one clock may stand while the
 * machine sleeps, and the other may be set back.
 */
export declare function since(now: Moment, earlier: Moment): number;

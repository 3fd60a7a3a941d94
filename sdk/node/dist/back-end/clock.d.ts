/** Two clocks: one that says what time it is, and one that nobody sets. */
export interface Clock {
    /** Milliseconds since 1970. */
    wall(): number;
    /** Milliseconds since some moment; never goes back. */
    steady(): number;
}
export declare const systemClock: Clock;

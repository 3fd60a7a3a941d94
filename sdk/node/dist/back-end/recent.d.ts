/** The longest that a launch token lives, in seconds. */
export declare const LONGEST_LIFE: number;
/** How far the issuer's clock may be ahead of ours, in seconds. */
export declare const CLOCK_SKEW = 60;
/**
 * Values that are kept for as long as a token that was out at the time can be good, and for at most twice that. They
 * are dropped in two lots rather than one by one, so that nothing but the value is kept of each.
 */
export declare class Recent<Value> {
    #private;
    set(key: string, value: Value, now: number): void;
    get(key: string, now: number): Value | undefined;
    /** How many are kept. */
    get size(): number;
    clear(): void;
}

import type { Environment } from "../shared/environment.js";
import { SingleFlight } from "../shared/single-flight.js";
/** Until when something is good; milliseconds since 1970. */
export interface Life {
    readonly expiresAt: number;
    /** When to ask for the next: a fifth of its life before the end, or less. */
    readonly renewAt: number;
}
/** The life of what was asked for at `from`, lives `seconds`, and is renewed at most `margin` ms before its end. */
export declare function life(from: number, seconds: unknown, margin: number): Life;
/** Something that is renewed in time, with one request in flight. */
export declare class Renewal<Answer> extends SingleFlight<Answer> {
    #private;
    /** `unasked` is what is done when the time has come; by default, a run. What cannot be asked is asked again. */
    constructor(env: Environment, work: () => Promise<Answer>, unasked?: () => Promise<unknown>);
    /** Renews unasked at that time, and at no other. */
    at(time: number): void;
    /** Does not renew unasked any more. */
    cancel(): void;
}

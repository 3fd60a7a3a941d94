import type { Environment } from "../shared/environment.js";
/** Until when something is good; milliseconds since 1970. */
export interface Life {
    readonly expiresAt: number;
    /** When to ask for the next: a tenth of its life before the end. */
    readonly renewAt: number;
}
/**
 * The life of what was asked for at `from`, lives `seconds`.
 *
 * @throws {@link Unreachable} where that is no life: the answer is none of Portico's.
 */
export declare function life(from: number, seconds: unknown): Life;
/** Something that is renewed in time, with one request in flight. */
export interface Renewal<Answer> {
    /** Renews it now. */
    run(): Promise<Answer>;
    /** Renews unasked at that time, and at no other. */
    at(time: number): void;
    /** Renews unasked. What cannot be asked now is asked again. */
    now(): void;
    /** Does not renew unasked any more. */
    cancel(): void;
}
/** What `work` renews; `unasked` is what is done when the time has come, by default a run. */
export declare function renewalOf<Answer>(env: Environment, work: () => Promise<Answer>, unasked?: () => Promise<unknown>): Renewal<Answer>;

import type { StorageName } from "./options.js";
/** What a mini-program keeps about one person, in memory and in its own storages. */
export declare class Kept {
    #private;
    /**
     * A storage that the browser denies to frames of another site keeps nothing, and needs no clearing; nor does one
     * that an app's web view has switched off, which reads as `null`.
     */
    constructor(window: Window, names: readonly StorageName[]);
    /**
     * Notes for whom the mini-program was launched; clears each storage that belonged to somebody else.
     *
     * @returns whether it was somebody else before.
     */
    belongsTo(sub: string): boolean;
}

import type { Standing } from "./standing.js";
/** What becomes of the bytes of one connection after the other. */
export declare class Following {
    #private;
    /** `keysMayDiffer` is called where keys were rotated, or may have been while nobody listened. */
    constructor(standing: Standing, keysMayDiffer: () => void);
    /** The `Last-Event-ID` of the next connection; undefined where it begins anew. */
    get lastEventId(): string | undefined;
    /** Whether the present connection has said everything that was to be said of the past. */
    get hasCaughtUp(): boolean;
    /** A connection is there. */
    opened(): void;
    /**
     * A piece of what the connection says, of any size.
     *
     * @throws {@link Unreadable} where the connection is to be given up. The next one begins anew.
     */
    receive(piece: Uint8Array, now: number): void;
}

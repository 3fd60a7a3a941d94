/** Where a host's tokens are kept: `sessionStorage`, `localStorage`, or anything with these three. */
export interface TokenStorage {
    getItem(key: string): string | null | Promise<string | null>;
    setItem(key: string, value: string): void | Promise<void>;
    removeItem(key: string): void | Promise<void>;
}
/** One JSON value under one key. */
export declare class Slot<Value> {
    #private;
    constructor(storage: TokenStorage, key: string);
    /** The value, or `null` where there is none or it cannot be read. */
    read(): Promise<Value | null>;
    /** Keeps `value`; `null` removes it. */
    write(value: Value | null): Promise<void>;
    /** The value, which is removed: a second call finds nothing. */
    take(): Promise<Value | null>;
}

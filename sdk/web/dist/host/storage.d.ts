import type { Context } from "./context.js";
/** Where a host's tokens are kept: `sessionStorage`, `localStorage`, or anything with these three. */
export interface TokenStorage {
    getItem(key: string): string | null | Promise<string | null>;
    setItem(key: string, value: string): void | Promise<void>;
    removeItem(key: string): void | Promise<void>;
}
/** Whose it is, and where. */
export type Kept = Pick<Context, "storage" | "clientId">;
/** Under which key `host` keeps `name`. */
export declare const keyOf: (host: Kept, name: string) => string;
/** The JSON value that `host` keeps as `name`; `null` where there is none or it cannot be read. */
export declare function recall<Value>(host: Kept, name: string): Promise<Value | null>;
/** Keeps `value` as `name`; `null` removes it. */
export declare function keep(host: Kept, name: string, value: object | null): Promise<void>;
/** The value `name`, which is removed: a second call finds nothing. */
export declare function take<Value>(host: Kept, name: string): Promise<Value | null>;

import { PorticoError } from "../shared/errors.js";
/** What every result says: the call's name and `:ok`, or `:fail` and why. */
export interface Said {
    readonly errMsg: string;
}
/** WeChat's way of hearing what became of a call. */
export interface Callbacks<Result> {
    readonly success?: (result: Result & Said) => void;
    readonly fail?: (error: PorticoError & Said) => void;
    /** Called after either. */
    readonly complete?: (outcome: (Result | PorticoError) & Said) => void;
}
/** A call that takes callbacks, and without any gives a promise. */
export interface Call<Options, Result> {
    (options?: Options & {
        success?: never;
        fail?: never;
        complete?: never;
    }): Promise<Result & Said>;
    (options: Options & Callbacks<Result>): void;
}
/** The call `name`, which does `work`. */
export declare function call<Options extends object, Result extends object>(name: string, work: (options: Options) => Promise<Result>): Call<Options, Result>;

import { Failure } from "./failure.js";
/** An answer to be sent as it is. */
export interface Answer {
    /** The HTTP status. */
    readonly status: number;
    /** Names are in small letters. */
    readonly headers: Readonly<Record<string, string>>;
    /** The body as text; empty where there is none. */
    readonly body: string;
}
/** The answer to a request that is not let in (RFC 6750 §3): the same from every guard of every language. */
export declare function answerTo(failure: Failure): Answer;

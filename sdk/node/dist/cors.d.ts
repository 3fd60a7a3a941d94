import type { Route } from "./route.js";
import { type Header, type Request } from "./swap/message.js";
/**
 * The scripts that a request may come from: those on the app's own pages may call, where these are another origin
 * (Fetch Standard §3.2).
 *
 * A browser asks first, without a token, so that is answered in place of the back end. A back end that says itself who
 * may read an answer has the last word.
 */
export declare class Scripts {
    #private;
    /** Whether there are any: whether an answer may be read depends on where the request comes from then. */
    readonly areAny: boolean;
    /** `origins` are the app's. */
    constructor({ token }: Route, origins: readonly string[], headers: readonly Header[]);
    /**
     * The headers of the answer to a browser that asks whether a script may call, but for {@link permission};
     * undefined where none asks.
     */
    preflight({ method, headers }: Omit<Request, "body">): Header[] | undefined;
    /** The headers that let the script read an answer; none for others than the app's. */
    get permission(): Header[];
}

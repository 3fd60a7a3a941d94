import type { Route } from "../route.js";
import { type Caller, type Counterparts } from "./decide.js";
import { type Answer, type Header } from "./message.js";
/** What was found in an answer, to be swapped once the others that it names are known. */
export declare class FoundInAnswer {
    #private;
    readonly route: Route;
    readonly answer: Omit<Answer, "body">;
    /**
     * Looks for OpenIDs in an answer. `method` is that of the request; `body` is the whole of it, unpacked, of this
     * kind. Refuses with 502 what cannot be read.
     */
    constructor(route: Route, method: string, answer: Omit<Answer, "body">, kind: "json" | "perhaps" | undefined, body: Buffer);
    /** The texts about which more must be known than who the caller is, each once. 502 where there are too many. */
    others(own: string | undefined): Set<string>;
    /**
     * The head as it goes out, without what would set a cookie of Portico's own, and the body where that changed: unpacked, and to be packed again. `known` is what was
     * found out about {@link others}. Refuses with 502 where nobody is known by an OpenID.
     */
    swapped(caller: Caller | undefined, known: Counterparts): {
        headers: Header[];
        body: Buffer | undefined;
    };
}

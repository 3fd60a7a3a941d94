import type { Route } from "../route.js";
import { type Caller, type Counterparts } from "./decide.js";
import { type Identity } from "./identity.js";
import type { Kind } from "./kind.js";
import { type Header, type Request } from "./message.js";
/** What was found in a request, to be swapped once the others that it names are known. */
export declare class FoundInRequest {
    #private;
    readonly route: Route;
    readonly request: Request;
    /**
     * Looks for OpenIDs in a request. `body` is the whole of it, unpacked, of this kind; `isPacked` says that it came
     * packed.
     *
     * Refuses with 400 what cannot be read, or not in one way only.
     */
    constructor(route: Route, request: Request, kind: Kind | undefined, body: Buffer, isPacked: boolean);
    /**
     * The texts about which more must be known than who the caller is, each once.
     *
     * Refuses with 403 where another than the caller, or nobody, stands in the caller's place: nothing is looked up
     * for such a request. 413 where it names too many.
     */
    others(own: string | undefined): Set<string>;
    /**
     * The request as it goes on, and its body where that changed or came packed: unpacked, since back ends that do not
     * unpack would read in the packed bytes what nobody has looked at. `known` is what was found out about
     * {@link others}.
     *
     * Refuses with 400 where nobody is known by an OpenID.
     */
    swapped(caller: Caller | undefined, known: Counterparts, identity: Identity): Swapped;
}
/** A request with the back end's OpenIDs in place. */
export interface Swapped {
    readonly target: string;
    readonly headers: Header[];
    readonly body: Buffer | undefined;
}

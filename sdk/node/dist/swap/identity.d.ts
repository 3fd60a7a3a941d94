import type { Route } from "../route.js";
import type { Header } from "./message.js";
/** The header in which another back end brings the secret of a route without tokens. */
export declare const SECRET = "x-portico-secret";
/** What the identity headers of a request can say. */
export interface Identity {
    /** The caller's OpenID, as the back end knows it. */
    readonly openId: string | undefined;
    readonly unionId: string | undefined;
}
/**
 * The headers without what is always removed, and the route's own identity headers in both spellings, the mention of them in `Connection`, the secret, Portico's own cookies, and the token.
 */
export declare function stripped(route: Route, headers: readonly Header[]): Header[];
/** The route's identity headers. What is not known (a UnionID without the scope for it) is left out. */
export declare function identityHeaders(route: Route, identity: Identity): Header[];

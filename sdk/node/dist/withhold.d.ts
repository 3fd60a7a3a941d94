import type { Route } from "./route.js";
import type { Header, Request } from "./swap/message.js";
/**
 * The headers without any token, unless the route keeps it: a page may send the caller's in a cookie as well, and a
 * browser an address with it as `Referer`. In `Authorization` and in cookies, whatever says that it is an access token
 * of this issuer goes too. Refuses with 400 where the caller's stands in the target, which is written down by many.
 */
export declare function withoutTokens(route: Route, issuer: string, token: string | undefined, { target, headers }: Omit<Request, "body">): readonly Header[];
/** Whether the token stands in a text or a body. */
export declare function holdsToken(text: string | Buffer, token: string): boolean;

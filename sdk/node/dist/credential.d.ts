import type { Route } from "./route.js";
import { type Request } from "./swap/message.js";
/**
 * The token that a request brings; undefined where the route asks for none, and the caller is another back end that
 * brings the route's secret.
 *
 * Two tokens are one too many, since it is not known which of them another server reads: 400. None: 401. A cookie
 * from elsewhere than a page of the app's own: 403.
 */
export declare function credential(route: Route, origins: readonly string[], request: Request): string | undefined;

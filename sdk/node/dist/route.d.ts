import type { Unknown } from "./swap/decide.js";
import type { Maps } from "./swap/maps.js";
/** Where a request brings the caller's token. */
export type TokenPlace = 
/** `Authorization: Bearer` (RFC 6750 §2.1). */
{
    readonly kind: "bearer";
}
/** A cookie of this name. */
 | {
    readonly kind: "cookie";
    readonly name: string;
}
/** Nowhere: the caller is another back end, which brings this secret in `X-Portico-Secret`. */
 | {
    readonly kind: "none";
    readonly secret: string;
};
/** What an identity header says. */
export type Says = {
    readonly kind: "openId" | "unionId";
} | {
    readonly kind: "text";
    readonly text: string;
};
/** What is done with the requests of one part of an app: a `[[route]]`, read and checked. */
export interface Route {
    /** The `Host` that the request must name, in small letters and without a port; undefined for any. */
    readonly host: string | undefined;
    /** The path that the request's must be or lie under, at a `/`; undefined for any. */
    readonly path: string | undefined;
    /** The app whose launch tokens callers bring. */
    readonly app: string;
    /** The app whose OpenIDs the back end knows. */
    readonly as: string;
    readonly token: TokenPlace;
    /** The scopes without which a request is refused. */
    readonly require: readonly string[];
    /** What happens to an OpenID in `any` that nobody has. */
    readonly unknown: Unknown;
    /** The headers that tell the back end who calls, in their order. */
    readonly inject: readonly {
        readonly name: string;
        readonly says: Says;
    }[];
    /** Where OpenIDs stand, in requests and in answers. */
    readonly maps: Maps;
    /** Whether the back end gets the caller's token too. */
    readonly keepToken: boolean;
    /** The largest body in which something is swapped, in bytes, as it comes and unpacked. */
    readonly bodyLimit: number;
}
/**
 * The first route that fits. Host and path are compared as lenient back ends read them (decoded, without regard to
 * case), so that no spelling leads past a route that guards a path.
 *
 * @throws {@link AmbiguousPath} where a route is for a path, and the request's can be read in more than one way.
 */
export declare function routeOf(routes: readonly Route[], host: string, target: string): Route | undefined;

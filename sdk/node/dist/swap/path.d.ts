import { type Role, type Spot } from "./spot.js";
/** A path in which `{openid}` stands for an OpenID and `*` for any one segment. What lies under it is meant too. */
export interface Template {
    readonly segments: readonly string[];
    readonly role: Role;
}
/** The path is one that back ends read in different ways, so that it is not known what it names. */
export declare class AmbiguousPath extends Error {
}
/** The template that a text writes, or undefined where it writes none. */
export declare function template(text: string, role: Role): Template | undefined;
/**
 * What stands at the templates' places in a path, in its order. Where two meet, the first stands.
 *
 * @throws {@link AmbiguousPath} for empty or dot segments, encoded slashes, backslashes, semicolons, or no UTF-8.
 */
export declare function findInPath(path: string, templates: readonly Template[]): Spot[];
/**
 * Whether a path is this one, written plainly, or lies under it. Both are compared decoded and without regard to case,
 * as some back ends do: whoever writes `/%41pi` must not slip past what is declared for `/api`.
 *
 * @throws {@link AmbiguousPath}
 */
export declare function liesUnder(path: string, plain: string): boolean;

import { Fields } from "./name.js";
import { type Spot } from "./spot.js";
/**
 * What stands in the declared cookies of a `Cookie` header.
 *
 * Python's `http.cookies` parts cookies at spaces and commas as well: a declared one behind such is nothing that could
 * be read in one way.
 */
export declare function findInCookies(header: string, fields: Fields): Spot[];
/** Whether a cookie of this name is Portico's own. */
export declare function isOwnCookie(name: string): boolean;
/** The header without Portico's own cookies but for the one of this name; undefined where no other is left. */
export declare function withoutOwnCookies(header: string, but: string | undefined): string | undefined;
/** What stands in the cookie that a `Set-Cookie` header sets, if it is a declared one. */
export declare function findInSetCookie(header: string, fields: Fields): Spot[];
/** The header without the cookies of this name; undefined where no other is left. Every other pair stays as it is. */
export declare function withoutCookie(header: string, name: string): string | undefined;
/** The header without the pairs that contain this text; undefined where no other is left. */
export declare function withoutPairs(header: string, text: string): string | undefined;
/** The values of the cookies with exactly this name, without quotes around them. */
export declare function cookieValues(header: string, name: string): string[];

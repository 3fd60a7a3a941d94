import { Fields } from "./name.js";
import { type Spot } from "./spot.js";
/** What stands in the declared cookies of a `Cookie` header. */
export declare function findInCookies(header: string, fields: Fields): Spot[];
/** What stands in the cookie that a `Set-Cookie` header sets, if it is a declared one. */
export declare function findInSetCookie(header: string, fields: Fields): Spot[];
/** The header without the cookies of this name; undefined where no other is left. Every other pair stays as it is. */
export declare function withoutCookie(header: string, name: string): string | undefined;
/** The values of the cookies with exactly this name, without the quotes around them. */
export declare function cookieValues(header: string, name: string): string[];

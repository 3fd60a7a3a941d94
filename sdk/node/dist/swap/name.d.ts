import type { Role } from "./spot.js";
/**
 * The form of a name in which two that differ by case alone are equal: in capitals, then in small letters, as
 * Unicode has them. So the long `ſ` is an `s` and the Kelvin sign a `k`, as they are for many a JSON library.
 */
export declare function fold(name: string): string;
/** What one language or another takes off the end of a text: spaces, controls, byte order marks, what is no text. */
export declare const BLANK: RegExp;
/**
 * The same for a field of a query, a form or a cookie header: up to a NUL, without the blanks around it, and with `_` for
 * a dot or a space, as PHP reads it. Without what some readers take off before it: the `?` of a query
 * (`URLSearchParams`), a `!`, by which Spring finds what a field is by default.
 */
export declare function foldField(name: string): string;
/** The same for a header: whatever is no letter and no digit is one, as it is behind CGI, for PHP or for lighttpd. */
export declare function foldHeader(name: string): string;
/** The fields of a query, a form or a cookie header in which something stands. Of two that are equal the first stands. */
export declare class Fields {
    #private;
    /** `tree`: whether a dot may part a name as brackets do. It parts no cookie's: `sid.sig` is the signature of `sid`. */
    constructor(names: Iterable<readonly [string, Role]>, tree?: "tree" | "cookies");
    get isEmpty(): boolean;
    /**
     * What stands in the field of this name, decoded.
     *
     * `openid[]`, `openid[0]` and `[openid]` are fields by the name `openid`, and so is `[openid]x`: Express's parser
     * of forms makes a list of the former, and takes the latter for the name alone. A bracket that is never closed is
     * a `_`, as for PHP; brackets where none belong part the name, as for Rack (`openid]`, `]openid`), and so do dots for
     * Koa's (`.openid`, `of.openid`).
     */
    role(name: string): Role | undefined;
}
/** The headers in which something stands. Of two that are equal the first stands. */
export declare class Headers {
    #private;
    constructor(names: Iterable<readonly [string, Role]>);
    get isEmpty(): boolean;
    /** What stands in the header of this name. */
    role(name: string): Role | undefined;
}

import type { Fields } from "./name.js";
import { type Spot } from "./spot.js";
/**
 * The body is not a form of parts that everybody would read in one way: delimiters that only some take for one,
 * parts with two names, with a name in another encoding, in another charset than UTF-8, or packed for transfer.
 */
export declare class NotParts extends Error {
}
/**
 * What stands in the declared fields of a form of parts (RFC 7578) with this boundary (RFC 2046 §5.1.1), in its
 * order. Files are not looked into; one in a declared field is refused.
 *
 * @throws {@link NotParts}
 */
export declare function findInParts(body: string, boundary: string, fields: Fields): Spot[];

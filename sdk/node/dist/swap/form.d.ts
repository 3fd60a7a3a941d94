import type { Fields } from "./name.js";
import { type Spot } from "./spot.js";
/**
 * What stands in the declared fields of a query or an urlencoded form (URL Standard §5.1), in its order.
 *
 * Pairs are parted by `&`. Some back ends part them by `;` too (HTML 4.01 §B.2.2), and some end a name at the first `=`
 * that is behind a `]`: a declared field that is one for these alone is nothing that could be read in one way.
 */
export declare function findInForm(text: string, fields: Fields): Spot[];
/** A value as a form writes it. */
export declare function inForm(value: string): string;

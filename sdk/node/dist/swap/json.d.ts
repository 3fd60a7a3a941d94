import { type Crossing } from "./json-map.js";
import type { Spot } from "./spot.js";
/** The bytes are not one JSON value in UTF-8 (RFC 8259). */
export declare class NotJson extends Error {
}
/**
 * A JSON text, and what stands at its declared places, in its order. `null` is nothing.
 *
 * The platform's own parser says whether the text is JSON; the tokens' places come from a tokenizer, which is
 * more lenient than that.
 *
 * @throws {@link NotJson}
 */
export declare function findInJson(bytes: Buffer, map: Crossing | undefined): {
    text: string;
    spots: Spot[];
};

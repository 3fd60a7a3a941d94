import { type Unknown } from "./decide.js";
import type { Crossing } from "./json-map.js";
import type { Kind } from "./kind.js";
import type { Header } from "./message.js";
import type { Fields } from "./name.js";
import { type Piece, type Role, type Spot } from "./spot.js";
/** How many OpenIDs, the caller's aside, one message may name. */
export declare const MOST_IDS = 100000;
/** What a spot becomes; undefined where it stays as it is written. */
export type Become = (spot: Spot) => string | undefined;
/** A body that was looked into. */
export interface FoundInBody {
    readonly pieces: readonly Piece[];
    /** The body with what is written at its spots; undefined where nothing changed. */
    swapped(become: Become): Buffer | undefined;
}
/** Looks into a JSON text. @throws {@link NotJson} */
export declare function foundInJson(body: Buffer, map: Crossing | undefined): FoundInBody;
/** Looks into a form. @throws {@link NotParts} */
export declare function foundInForm(body: Buffer, kind: Exclude<Kind, "json" | "perhaps">, fields: Fields): FoundInBody;
/** Whether a body begins like JSON that may hold OpenIDs. */
export declare function looksLikeJson(body: Buffer): boolean;
/** What is found where there is nothing. */
export declare const NOTHING: FoundInBody;
/** A header of a message, and what was found in it. */
export interface FoundHeader {
    readonly name: string;
    readonly piece: Piece;
}
/** The whole value of a header is an OpenID. */
export declare function headerPiece(text: string, role: Role): Piece;
/** OpenIDs stand in the cookies of a header. */
export declare function cookiePiece(text: string, spots: Spot[]): Piece;
/** The message's headers, each with what `look` finds in it. */
export declare function inHeaders(headers: readonly Header[], look: (name: string, value: string) => Piece): FoundHeader[];
/** The texts at these spots about which more must be known, each once, in their order. */
export declare function toBeKnownIn(pieces: Iterable<Piece>, own: string | undefined, unknown: Unknown): Set<string>;

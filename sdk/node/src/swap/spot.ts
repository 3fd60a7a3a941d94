import { stripped } from "./bytes.js";
import { BLANK } from "./name.js";

/** What stands at a place: the caller's OpenID and nobody else's, or anybody's. */
export type Role = "own" | "any";

/**
 * What a message says at a place: a text, decoded; the whole of a header, decoded, which is a text, or several between
 * commas; a number, true or false; or something that may hold texts of its own, or is no text that can be read.
 */
export type Value =
  | { readonly kind: "text" | "line"; readonly text: string }
  | { readonly kind: "scalar" }
  | { readonly kind: "nested" };

/** The text of a value; undefined where it is none. */
export function textOf(value: Value): string | undefined {
  return "text" in value ? value.text : undefined;
}

/**
 * What a reader may take for the text where it is not just that: the text without the blanks around it, as many a back
 * end has it, and of a header each element, since several headers of one name may become one (RFC 9110 §5.3).
 */
export function otherReadings(value: Value): string[] {
  const text = textOf(value) ?? "";
  const elements = value.kind === "line" ? text.split(",") : [text];
  const bare = elements.map((element) => stripped(element, BLANK));
  return bare.filter((element) => element !== "" && element !== text);
}

/** Something that was found at a declared place. */
export interface Spot {
  /** Where that begins which is to be replaced, if anything is, and where it ends. */
  readonly start: number;
  readonly end: number;
  readonly role: Role;
  readonly value: Value;
}

/** A text at a place. */
export function textSpot(start: number, end: number, role: Role, text: string): Spot {
  return { start, end, role, value: { kind: "text", text } };
}

/** A text in which something was found, and how an OpenID is written in it. */
export interface Piece {
  readonly text: string;
  readonly spots: readonly Spot[];
  readonly written: (openId: string) => string;
}

/**
 * The text with what `become` says at each spot; where that is undefined, the spot stays as it is written.
 * Every other character is where it was.
 */
export function spliced(piece: Piece, become: (spot: Spot) => string | undefined): string {
  let out = "";
  let done = 0;
  for (const spot of piece.spots) {
    const next = become(spot);
    if (next === undefined) continue;
    out += piece.text.slice(done, spot.start) + piece.written(next);
    done = spot.end;
  }
  return out + piece.text.slice(done);
}

import { asBytes, fromBytes, percentEncoded } from "./bytes.js";
import { toBeKnown, type Unknown } from "./decide.js";
import { inForm } from "./form.js";
import { findInJson } from "./json.js";
import type { Crossing } from "./json-map.js";
import type { Kind } from "./kind.js";
import type { Header } from "./message.js";
import { findInParts } from "./multipart.js";
import type { Fields } from "./name.js";
import { spliced, type Piece, type Role, type Spot, type Value } from "./spot.js";
import { findInForm } from "./form.js";

/** How many OpenIDs, the caller's aside, one message may name. */
export const MOST_IDS = 100_000;

/** What a spot becomes; undefined where it stays as it is written. */
export type Become = (spot: Spot) => string | undefined;

/** A body that was looked into. */
export interface FoundInBody {
  readonly pieces: readonly Piece[];
  /** The body with what is written at its spots; undefined where nothing changed. */
  swapped(become: Become): Buffer | undefined;
}

/** Looks into a JSON text. @throws {@link NotJson} */
export function foundInJson(body: Buffer, map: Crossing | undefined): FoundInBody {
  const { text, spots } = findInJson(body, map);
  return found({ text, spots, written: (id) => JSON.stringify(id) }, (whole) => Buffer.from(whole, "utf8"));
}

/** Looks into a form. @throws {@link NotParts} */
export function foundInForm(body: Buffer, kind: Exclude<Kind, "json" | "perhaps">, fields: Fields): FoundInBody {
  const text = asBytes(body);
  const piece: Piece =
    kind === "form"
      ? { text, spots: findInForm(text, fields), written: inForm }
      : { text, spots: findInParts(text, kind.boundary, fields), written: (id) => id };
  return found(piece, fromBytes);
}

/** Whether a body begins like JSON that may hold OpenIDs. */
export function looksLikeJson(body: Buffer): boolean {
  return /^(\xef\xbb\xbf)?[ \t\r\n\f]*[[{"]/.test(asBytes(body));
}

/** What is found where there is nothing. */
export const NOTHING: FoundInBody = { pieces: [], swapped: () => undefined };

function found(piece: Piece, bytes: (text: string) => Buffer): FoundInBody {
  return {
    pieces: [piece],
    swapped: (become) => {
      const text = spliced(piece, become);
      return text === piece.text ? undefined : bytes(text);
    },
  };
}

/** A header of a message, and what was found in it. */
export interface FoundHeader {
  readonly name: string;
  readonly piece: Piece;
}

/** The whole value of a header is an OpenID. */
export function headerPiece(text: string, role: Role): Piece {
  const value = text.trim();
  const start = text.indexOf(value);
  const line: Value = { kind: "line", text: Buffer.from(value, "latin1").toString("utf8") };
  return { text, spots: [{ start, end: start + value.length, role, value: line }], written: (id) => id };
}

/** OpenIDs stand in the cookies of a header. */
export function cookiePiece(text: string, spots: Spot[]): Piece {
  return { text, spots, written: percentEncoded };
}

/** The message's headers, each with what `look` finds in it. */
export function inHeaders(headers: readonly Header[], look: (name: string, value: string) => Piece): FoundHeader[] {
  return headers.map(([name, value]) => ({ name, piece: look(name.toLowerCase(), value) }));
}

/** The texts at these spots about which more must be known, each once, in their order. */
export function toBeKnownIn(pieces: Iterable<Piece>, own: string | undefined, unknown: Unknown): Set<string> {
  const names = new Set<string>();
  for (const { spots } of pieces) {
    for (const { role, value } of spots) {
      for (const name of toBeKnown(role, value, own, unknown)) names.add(name);
    }
  }
  return names;
}

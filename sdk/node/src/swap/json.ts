import { createScanner } from "jsonc-parser";

import { element, member, type Crossing } from "./json-map.js";
import type { Spot, Value } from "./spot.js";

/** The bytes are not one JSON value in UTF-8 (RFC 8259). */
export class NotJson extends Error {}

/** A list or an object whose end has not come. */
interface Open {
  /** Where it lies, if it is on the way to a declared place. */
  readonly at: Crossing | undefined;
  readonly isObject: boolean;
  /** Whether the next text is a member's name. */
  isBeforeName: boolean;
  /** Where the value to come lies. */
  next: Crossing | undefined;
  index: number;
}

/** The byte order mark, which many a parser ignores (RFC 8259 §8.1). */
const MARK = "\ufeff";

/**
 * A JSON text, and what stands at its declared places, in its order. `null` is nothing.
 *
 * The platform's own parser says whether the text is JSON; the tokens' places come from a tokenizer, which is
 * more lenient than that.
 *
 * @throws {@link NotJson}
 */
export function findInJson(bytes: Buffer, map: Crossing | undefined): { text: string; spots: Spot[] } {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    JSON.parse(text.startsWith(MARK) ? text.slice(1) : text);
  } catch {
    throw new NotJson();
  }
  return { text, spots: map ? find(text, map) : [] };
}

function find(text: string, map: Crossing): Spot[] {
  const found: Spot[] = [];
  const open: Open[] = [];
  const scanner = createScanner(text, true);
  if (text.startsWith(MARK)) scanner.setPosition(1);
  for (scanner.scan(); scanner.getTokenLength() > 0; scanner.scan()) {
    const around = open.at(-1);
    const start = scanner.getTokenOffset();
    const end = start + scanner.getTokenLength();
    const first = text[start];
    switch (first) {
      case "}":
      case "]":
        open.pop();
        continue;
      case ":":
        continue;
      case ",":
        if (around) next(around);
        continue;
    }
    if (around?.isBeforeName) {
      around.isBeforeName = false;
      around.next = around.at && member(around.at, name(text.slice(start, end)));
      continue;
    }
    const at = around ? around.next : map;
    if (at?.role !== undefined) {
      const value = read(text.slice(start, end));
      if (value) found.push({ start, end, role: at.role, value });
    }
    if (first === "{" || first === "[") open.push(opened(at, first === "{"));
  }
  return found;
}

function opened(at: Crossing | undefined, isObject: boolean): Open {
  const next = isObject || !at ? undefined : element(at, 0);
  return { at, isObject, isBeforeName: isObject, next, index: 0 };
}

function next(around: Open): void {
  if (around.isObject) {
    around.isBeforeName = true;
  } else {
    around.index += 1;
    around.next = around.at && element(around.at, around.index);
  }
}

/** A member's name; one with half of a surrogate pair is read by each back end in its own way. */
function name(raw: string): string {
  const text = JSON.parse(raw) as string;
  if (!text.isWellFormed()) throw new NotJson();
  return text;
}

/** What a JSON value says about who is meant, by its first token; `null` nothing. */
function read(raw: string): Value | undefined {
  if (raw === "null") return undefined;
  if (raw === "{" || raw === "[") return { kind: "nested" };
  if (!raw.startsWith('"')) return { kind: "scalar" };
  const text = JSON.parse(raw) as string;
  return text.isWellFormed() ? { kind: "text", text } : { kind: "nested" };
}

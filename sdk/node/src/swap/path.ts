import { isUtf8 } from "node:buffer";

import { percentBytes } from "./bytes.js";
import { fold } from "./name.js";
import { textSpot, type Role, type Spot } from "./spot.js";

/** A path in which `{openid}` stands for an OpenID and `*` for any one segment. What lies under it is meant too. */
export interface Template {
  readonly segments: readonly string[];
  readonly role: Role;
}

/** The path is one that back ends read in different ways, so that it is not known what it names. */
export class AmbiguousPath extends Error {}

/** The template that a text writes, or undefined where it writes none. */
export function template(text: string, role: Role): Template | undefined {
  const isSegment = (segment: string): boolean =>
    segment === "*" || segment === "{openid}" || !/^\.{0,2}$|[{}*?#;%\\]/.test(segment);
  const segments = text.split("/").slice(1);
  const isOne = text.startsWith("/") && segments.every(isSegment) && segments.includes("{openid}");
  return isOne ? { segments, role } : undefined;
}

/** One segment of a path: where it stands, and decoded. */
interface Segment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * What stands at the templates' places in a path, in its order. Where two meet, the first stands.
 *
 * @throws {@link AmbiguousPath} for empty or dot segments, encoded slashes, backslashes, semicolons, or no UTF-8.
 */
export function findInPath(path: string, templates: readonly Template[]): Spot[] {
  if (templates.length === 0 || !path.startsWith("/")) return [];
  const segments = split(path);
  const found = new Map<number, Spot>();
  for (const { segments: wanted, role } of templates) {
    const fits = (segment: string, at: number): boolean => {
      const text = segments[at]?.text ?? "";
      return segment === "*" || segment === "{openid}" ? text !== "" : fold(segment) === fold(text);
    };
    if (!wanted.every(fits)) continue;
    wanted.forEach((segment, at) => {
      const here = segments[at];
      if (segment !== "{openid}" || !here || found.has(here.start)) return;
      found.set(here.start, textSpot(here.start, here.end, role, here.text));
    });
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/**
 * Whether a path is this one, written plainly, or lies under it. Both are compared decoded and without regard to case,
 * as some back ends do: whoever writes `/%41pi` must not slip past what is declared for `/api`.
 *
 * @throws {@link AmbiguousPath}
 */
export function liesUnder(path: string, plain: string): boolean {
  const written = split(path);
  return plain.split("/").slice(1).every((name, at) => fold(name) === fold(written[at]?.text ?? ""));
}

function split(path: string): Segment[] {
  let start = 1;
  return path.slice(1).split("/").map((raw) => {
    const end = start + raw.length;
    const bytes = percentBytes(raw);
    const text = bytes.toString("utf8");
    const isEmpty = raw === "" && end !== path.length;
    // Some back ends leave out what is no UTF-8.
    if (isEmpty || !isUtf8(bytes) || text === "." || text === ".." || /[/\\\0]/.test(text) || raw.includes(";")) {
      throw new AmbiguousPath();
    }
    const segment = { start, end, text };
    start = end + 1;
    return segment;
  });
}

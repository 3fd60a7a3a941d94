import { stripped } from "./bytes.js";
import type { Role } from "./spot.js";

/**
 * The form of a name in which two that differ by case alone are equal: in capitals, then in small letters, as
 * Unicode has them. So the long `ſ` is an `s` and the Kelvin sign a `k`, as they are for many a JSON library.
 */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/** What one language or another takes off the end of a text: spaces, controls, byte order marks, what is no text. */
export const BLANK = /[\s\0-\x1f\x7f-\x9f\u200b\ufeff\ufffd]/;
const BEFORE = /^[\s\0-\x1f\x7f-\x9f\u200b\ufeff\ufffd?!]+/;

/**
 * The same for a field of a query, a form or a cookie header: up to a NUL, without the blanks around it, and with `_` for
 * a dot or a space, as PHP reads it. Without what some readers take off before it: the `?` of a query
 * (`URLSearchParams`), a `!`, by which Spring finds what a field is by default.
 */
export function foldField(name: string): string {
  return bare(name).replace(/[ .]/g, "_");
}

/** The name of a field without what some readers take off, and without what is no text, which some leave out. */
function bare(name: string): string {
  const [text = ""] = stripped(name.replace(BEFORE, ""), BLANK).split("\0", 1);
  return fold(stripped(text, BLANK)).replaceAll("\ufffd", "");
}

/** A name with dots, as those read it to whom a dot parts it as brackets do. */
function dotted(name: string): string[] {
  return name.includes(".") ? parted(bare(name).replaceAll(" ", "_"), /[[\].]+/) : [];
}

/** A name with dots, as Koa's parser of forms reads it: `.x` is `[x]`, and what lies between brackets is passed over. */
function nested(name: string): string[] {
  return name.includes(".") ? steps(foldField(name.replace(/\.([^.[]+)/g, "[$1]"))) : [];
}

/** What a name is parted into, wherever these stand. */
function parted(name: string, at: RegExp): string[] {
  return name.split(at).filter((part) => part !== "");
}

/** The same for a header: whatever is no letter and no digit is one, as it is behind CGI, for PHP or for lighttpd. */
export function foldHeader(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, "-");
}

/** A declared field: its folded name, what that leads through, and what stands there. */
type Known = readonly [name: string, way: readonly string[], role: Role];

/** The fields of a query, a form or a cookie header in which something stands. Of two that are equal the first stands. */
export class Fields {
  readonly #known: readonly Known[];
  readonly #isTree: boolean;
  /** How many letters the shortest name has. Forms can have very many fields that are shorter. */
  readonly #least: number;

  /** `tree`: whether a dot may part a name as brackets do. It parts no cookie's: `sid.sig` is the signature of `sid`. */
  constructor(names: Iterable<readonly [string, Role]>, tree: "tree" | "cookies" = "tree") {
    this.#isTree = tree === "tree";
    this.#known = [...names].flatMap(([name, role]): Known[] => {
      const folded = foldField(name);
      const way = this.#isTree ? dotted(name) : [];
      return [[folded, steps(folded), role], ...(way.length === 0 ? [] : [[folded, way, role] as const])];
    });
    this.#least = Math.min(...this.#known.map(([folded]) => folded.replace(/[^\p{L}\p{N}]/gu, "").length));
  }

  get isEmpty(): boolean {
    return this.#known.length === 0;
  }

  /**
   * What stands in the field of this name, decoded.
   *
   * `openid[]`, `openid[0]` and `[openid]` are fields by the name `openid`, and so is `[openid]x`: Express's parser
   * of forms makes a list of the former, and takes the latter for the name alone. A bracket that is never closed is
   * a `_`, as for PHP; brackets where none belong part the name, as for Rack (`openid]`, `]openid`), and so do dots for
   * Koa's (`.openid`, `of.openid`).
   */
  role(name: string): Role | undefined {
    // Beyond ASCII one character can be up to three when it is folded.
    if (this.isEmpty || name.length * (/^[\0-\x7f]*$/.test(name) ? 1 : 3) < this.#least) return undefined;
    // A NUL is the end of it for some; others leave it out, or where it is.
    return this.#read(name) ?? (name.includes("\0") ? this.#read(name.replaceAll("\0", "")) : undefined);
  }

  #read(name: string): Role | undefined {
    const folded = foldField(name);
    const unclosed = folded.includes("]") ? undefined : folded.replace("[", "_").split("[", 1)[0];
    const base = folded.split("[", 1)[0];
    const ways = [steps(folded), pathOf(folded), parted(folded, /[[\]]+/), ...(this.#isTree ? [nested(name), dotted(name)] : [])];
    const isSame = ([known, way]: Known): boolean =>
      known === folded ||
      known === base ||
      known === unclosed ||
      ways.some((leads) => way.every((step, at) => leads[at] === step));
    return this.#known.find(isSame)?.[2];
  }
}

/** What a name leads through for those who begin at its first bracket, closed or not. */
function pathOf(name: string): string[] {
  const [first = "", ...brackets] = name.split("[");
  const parts = brackets.filter((part) => part.includes("]")).map((part) => part.split("]", 1)[0] ?? "");
  const path = [first, ...parts];
  return path.slice(path.findIndex((part) => part !== ""));
}

/** What a name with brackets leads through: `of`, `openid` for `of[openid]`, and for `[of][openid]x`. */
function steps(name: string): string[] {
  const open = name.search(/\[[^[\]]*\]/);
  if (open < 0) return [name.split("[", 1)[0] ?? ""];
  const inner = [...name.slice(open).matchAll(/\[([^[\]]*)\]/g)].map(([, step = ""]) => step);
  return open === 0 ? inner : [name.slice(0, open), ...inner];
}

/** The headers in which something stands. Of two that are equal the first stands. */
export class Headers {
  readonly #roles: readonly (readonly [string, Role])[];

  constructor(names: Iterable<readonly [string, Role]>) {
    this.#roles = [...names].map(([name, role]) => [foldHeader(name), role] as const);
  }

  get isEmpty(): boolean {
    return this.#roles.length === 0;
  }

  /** What stands in the header of this name. */
  role(name: string): Role | undefined {
    if (this.isEmpty) return undefined;
    const folded = foldHeader(name);
    return this.#roles.find(([known]) => known === folded)?.[1];
  }
}

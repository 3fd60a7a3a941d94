import type { Role } from "./spot.js";

/**
 * The form of a name in which two that differ by case alone are equal: in capitals, then in small letters, as
 * Unicode has them. So the long `ſ` is an `s` and the Kelvin sign a `k`, as they are for many a JSON library.
 */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * The same for a field of a query, a form or a cookie header: up to a NUL, without the spaces around it, and with
 * `_` for a dot or a space, as PHP reads it.
 */
export function foldField(name: string): string {
  const [text = ""] = name.replace(/^[ \t\r\n\0]+|[ \t\r\n\0]+$/g, "").split("\0", 1);
  return fold(text.trimEnd()).replace(/[ .]/g, "_");
}

/** The same for a header: `_` and `-` are one, as they are behind CGI. */
export function foldHeader(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

/** The fields of a query, a form or a cookie header in which something stands. Of two that are equal the first stands. */
export class Fields {
  readonly #roles: readonly (readonly [string, Role])[];

  constructor(names: Iterable<readonly [string, Role]>) {
    this.#roles = [...names].map(([name, role]) => [foldField(name), role] as const);
  }

  get isEmpty(): boolean {
    return this.#roles.length === 0;
  }

  /**
   * What stands in the field of this name, decoded.
   *
   * `openid[]`, `openid[0]` and `[openid]` are fields by the name `openid`, and so is `[openid]x`: Express's parser
   * of forms makes a list of the former, and takes the latter for the name alone. A bracket that is never closed is
   * a `_`, as for PHP; brackets where none belong part the name, as for Rack (`openid]`, `]openid`).
   */
  role(name: string): Role | undefined {
    if (this.isEmpty) return undefined;
    const folded = foldField(name);
    const way = steps(folded);
    const parted = folded.split(/[[\]]+/).filter((part) => part !== "");
    const unclosed = folded.includes("]") ? undefined : folded.replace("[", "_").split("[", 1)[0];
    const base = folded.split("[", 1)[0];
    const leads = (known: string, way: readonly string[]): boolean =>
      steps(known).every((step, at) => way[at] === step);
    const isSame = (known: string): boolean =>
      known === folded || known === base || known === unclosed || leads(known, way) || leads(known, parted);
    return this.#roles.find(([known]) => isSame(known))?.[1];
  }
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

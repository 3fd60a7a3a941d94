import type { Role } from "./spot.js";

/**
 * The form of a name in which two that differ by case alone are equal: in capitals, then in small letters, as
 * Unicode has them. So the long `ſ` is an `s` and the Kelvin sign a `k`, as they are for many a JSON library.
 */
export function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}

/**
 * The same for a field of a query, a form or a cookie header: without the spaces around it, and with `_` for a
 * dot or a space, as PHP reads it.
 */
export function foldField(name: string): string {
  return fold(name.replace(/^[ \t\r\n\0]+|[ \t\r\n\0]+$/g, "")).replace(/[ .]/g, "_");
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
   * `openid[]`, `openid[0]` and `[openid]` are fields by the name `openid`: the parsers of this platform's
   * frameworks make a list of the former, and read the latter as the name alone.
   */
  role(name: string): Role | undefined {
    if (this.isEmpty) return undefined;
    const folded = foldField(name);
    const bare = folded.replace(/^\[([^\]]*)\]/, "$1");
    const is = (known: string): boolean =>
      [folded, bare].some((one) => one === known || one.startsWith(`${known}[`));
    return this.#roles.find(([known]) => is(known))?.[1];
  }
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

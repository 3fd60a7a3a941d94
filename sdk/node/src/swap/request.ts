import type { Route } from "../route.js";
import { findInCookies } from "./cookie.js";
import { inRequest, Wrong, type Caller, type Counterparts } from "./decide.js";
import { findInForm, inForm } from "./form.js";
import {
  cookiePiece, foundInForm, foundInJson, headerPiece, inHeaders, MOST_IDS, NOTHING, toBeKnownIn,
  type FoundHeader, type FoundInBody,
} from "./found.js";
import { identityHeaders, stripped, type Identity } from "./identity.js";
import { NotJson } from "./json.js";
import type { Kind } from "./kind.js";
import { DIGESTS, values, without, type Header, type Request } from "./message.js";
import { NotParts } from "./multipart.js";
import { percentEncoded } from "./bytes.js";
import { AmbiguousPath, findInPath } from "./path.js";
import { spliced, textOf, type Piece, type Spot } from "./spot.js";
import { badRequest, orRefuseRequest, tooLarge } from "./wrong.js";

/** What was found in a request, to be swapped once the others that it names are known. */
export class FoundInRequest {
  readonly #path: Piece;
  readonly #query: Piece | undefined;
  readonly #headers: readonly FoundHeader[];
  readonly #body: FoundInBody;
  readonly #unpacked: Buffer | undefined;

  /**
   * Looks for OpenIDs in a request. `body` is the whole of it, unpacked, of this kind; `isPacked` says that it came
   * packed.
   *
   * Refuses with 400 what cannot be read, or not in one way only.
   */
  constructor(
    readonly route: Route,
    readonly request: Request,
    kind: Kind | undefined,
    body: Buffer,
    isPacked: boolean,
  ) {
    this.#unpacked = isPacked ? body : undefined;
    const { path, query, cookie, header } = route.maps.request;
    const [, before = "", after] = /^([^?]*)(?:\?(.*))?$/s.exec(request.target) ?? [];
    this.#path = { text: before, spots: inOneWay(() => findInPath(before, path)), written: percentEncoded };
    this.#query = after === undefined ? undefined : { text: after, spots: findInForm(after, query), written: inForm };
    this.#headers = inHeaders(stripped(route, request.headers), (name, value) => {
      const role = header.role(name);
      if (role !== undefined) return headerPiece(value, role);
      return cookiePiece(value, name === "cookie" ? findInCookies(value, cookie) : []);
    });
    this.#body = inOneWay(() => look(route, kind, body));
  }

  /**
   * The texts about which more must be known than who the caller is, each once.
   *
   * Refuses with 403 where another than the caller, or nobody, stands in the caller's place: nothing is looked up
   * for such a request. 413 where it names too many.
   */
  others(own: string | undefined): Set<string> {
    const parts = this.#parts();
    const isOther = ({ role, value }: Spot): boolean => role === "own" && (own === undefined || textOf(value) !== own);
    for (const [part, pieces] of parts) {
      orRefuseRequest(part, () => {
        if (pieces.some(({ spots }) => spots.some(isOther))) throw new Wrong("not_the_caller");
      });
    }
    const names = toBeKnownIn(parts.flatMap(([, pieces]) => pieces), own, this.route.unknown);
    if (names.size > MOST_IDS) throw tooLarge();
    return names;
  }

  /**
   * The request as it goes on, and its body where that changed or came packed: unpacked, since back ends that do not
   * unpack would read in the packed bytes what nobody has looked at. `known` is what was found out about
   * {@link others}.
   *
   * Refuses with 400 where nobody is known by an OpenID.
   */
  swapped(caller: Caller | undefined, known: Counterparts, identity: Identity): Swapped {
    const { unknown } = this.route;
    const become = ({ role, value }: Spot): string | undefined => inRequest(role, value, caller, known, unknown);
    const inPath = (spot: Spot): string | undefined => {
      const text = become(spot);
      // A path without the segment is another path.
      if (text === "") throw new Wrong("unknown");
      return text;
    };
    const path = orRefuseRequest(PATH, () => spliced(this.#path, inPath));
    const query = orRefuseRequest(QUERY, () => this.#query && spliced(this.#query, become));
    const headers = this.#headers.map(({ name, piece }): Header => {
      return [name, orRefuseRequest(headerPart(name), () => spliced(piece, become))];
    });
    const body = orRefuseRequest(BODY, () => this.#body.swapped(become)) ?? this.#unpacked;
    const kept = body ? without(headers, ...DIGESTS, ...(this.#unpacked ? ["content-encoding"] : [])) : headers;
    const all = this.route.maps.answer.json ? askingForAll(kept) : kept;
    const target = query === undefined ? path : `${path}?${query}`;
    return { target, headers: [...all, ...identityHeaders(this.route, identity)], body };
  }

  /** What was found, by the part that it stands in. */
  #parts(): [part: string, pieces: readonly Piece[]][] {
    return [
      [PATH, [this.#path]],
      [QUERY, this.#query ? [this.#query] : []],
      ...this.#headers.map(({ name, piece }): [string, Piece[]] => [headerPart(name), [piece]]),
      [BODY, this.#body.pieces],
    ];
  }
}

/** The parts of a request, as refusals name them. */
const [PATH, QUERY, BODY] = ["the path", "the query", "the body"];

function headerPart(name: string): string {
  return `the header ${name.toLowerCase()}`;
}

/** A request with the back end's OpenIDs in place. */
export interface Swapped {
  readonly target: string;
  readonly headers: Header[];
  readonly body: Buffer | undefined;
}

function look(route: Route, kind: Kind | undefined, body: Buffer): FoundInBody {
  if (kind === undefined) return NOTHING;
  if (kind === "json" || kind === "perhaps") return foundInJson(body, route.maps.request.json);
  // There are back ends that read JSON whatever its type, and curl calls everything a form.
  if (kind === "form" && route.maps.request.json && mayBeJson(body)) {
    throw badRequest("the form has characters of JSON, which is declared too");
  }
  return foundInForm(body, kind, route.maps.request.form);
}

/**
 * Whether a text may be an object or hold a text of JSON, for readers who bear what stands before or know it in UTF-16
 * too. Forms have these characters encoded (URL Standard §5.2).
 */
function mayBeJson(text: Buffer): boolean {
  return ["{", '"', "\0"].some((sign) => text.includes(sign));
}

function inOneWay<T>(find: () => T): T {
  try {
    return find();
  } catch (error) {
    if (error instanceof AmbiguousPath) throw badRequest("the path can be read in more than one way");
    if (error instanceof NotParts) throw badRequest("the form cannot be read, or not in one way only");
    if (error instanceof NotJson) throw badRequest("the body is not JSON");
    throw error;
  }
}

/** An answer that will be looked into must be whole, and in codings that are understood. */
function askingForAll(headers: Header[]): Header[] {
  const rest = without(headers, "range", "if-range", "accept-encoding");
  const asked = values(headers, "accept-encoding");
  if (asked.length === 0) return rest;
  const items = asked.flatMap((value) => value.split(",")).map((item) => item.trim());
  const kept = items.filter((item) => /^(gzip|x-gzip|br|identity)\s*(;|$)/i.test(item));
  return [...rest, ["accept-encoding", kept.length === 0 ? "identity" : kept.join(", ")]];
}

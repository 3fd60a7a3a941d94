import type { Route } from "../route.js";
import { findInSetCookie, isOwnCookie } from "./cookie.js";
import { inAnswer, type Caller, type Counterparts } from "./decide.js";
import {
  cookiePiece, foundInJson, headerPiece, inHeaders, looksLikeJson, MOST_IDS, NOTHING, toBeKnownIn,
  type FoundHeader, type FoundInBody,
} from "./found.js";
import { NotJson } from "./json.js";
import { kindByType } from "./kind.js";
import { DIGESTS, without, type Answer, type Header } from "./message.js";
import { spliced, type Spot } from "./spot.js";
import { badAnswer, orRefuseAnswer } from "./wrong.js";

/** What was found in an answer, to be swapped once the others that it names are known. */
export class FoundInAnswer {
  readonly #headers: readonly FoundHeader[];
  readonly #body: FoundInBody;
  readonly #isReworded: boolean;
  readonly #isBodiless: boolean;

  /**
   * Looks for OpenIDs in an answer. `method` is that of the request; `body` is the whole of it, unpacked, of this
   * kind. Refuses with 502 what cannot be read.
   */
  constructor(
    readonly route: Route,
    method: string,
    readonly answer: Omit<Answer, "body">,
    kind: "json" | "perhaps" | undefined,
    body: Buffer,
  ) {
    const { header, setCookie } = route.maps.answer;
    this.#headers = inHeaders(answer.headers, (name, value) => {
      const role = header.role(name);
      if (role !== undefined) return headerPiece(value, role);
      return cookiePiece(value, name === "set-cookie" ? findInSetCookie(value, setCookie) : []);
    });
    this.#body = look(route, kind, body);
    this.#isBodiless = method === "HEAD" || answer.status === 304;
    this.#isReworded = kind !== undefined || (this.#isBodiless && kindByType(route.maps, answer.headers) !== undefined);
  }

  /** The texts about which more must be known than who the caller is, each once. 502 where there are too many. */
  others(own: string | undefined): Set<string> {
    const names = toBeKnownIn([...this.#headers.map(({ piece }) => piece), ...this.#body.pieces], own, this.route.unknown);
    if (names.size > MOST_IDS) throw badAnswer("the answer names more people than can be looked up");
    return names;
  }

  /**
   * The head as it goes out, without what would set a cookie of Portico's own, and the body where that changed: unpacked, and to be packed again. `known` is what was
   * found out about {@link others}. Refuses with 502 where nobody is known by an OpenID.
   */
  swapped(caller: Caller | undefined, known: Counterparts): { headers: Header[]; body: Buffer | undefined } {
    const become = ({ value }: Spot): string | undefined => inAnswer(value, caller, known, this.route.unknown);
    return orRefuseAnswer(() => {
      const all = this.#headers.map(({ name, piece }): Header => [name, spliced(piece, become)]);
      const headers = all.filter(([name, value]) => !setsOwnCookie(name, value));
      return { headers: this.#isReworded ? this.#reworded(headers) : headers, body: this.#body.swapped(become) };
    });
  }

  /**
   * Takes back what is true of the back end's bytes alone. A strong validator says that two bodies are the same byte
   * for byte; what goes out changes with who is known, so it is weak (RFC 9110 §8.8.1). It is so for every body that
   * may be swapped, whether something was or not, and for what `HEAD` and 304 say about one.
   */
  #reworded(headers: readonly Header[]): Header[] {
    const untrue = [...DIGESTS, "accept-ranges", ...(this.#isBodiless ? ["content-length"] : [])];
    return without(headers, ...untrue).map(([name, value]) =>
      name.toLowerCase() === "etag" && !value.startsWith("W/") ? [name, `W/${value}`] : [name, value],
    );
  }
}

/** Whether a header would set a cookie of Portico's own. */
function setsOwnCookie(name: string, value: string): boolean {
  return name.toLowerCase() === "set-cookie" && isOwnCookie((value.split(/[=;]/, 1)[0] ?? "").trim());
}

function look(route: Route, kind: "json" | "perhaps" | undefined, body: Buffer): FoundInBody {
  if (kind === undefined || body.length === 0) return NOTHING;
  if (kind === "perhaps" && !looksLikeJson(body)) return NOTHING;
  try {
    return foundInJson(body, route.maps.answer.json);
  } catch (error) {
    throw error instanceof NotJson ? badAnswer("the answer is not JSON") : error;
  }
}

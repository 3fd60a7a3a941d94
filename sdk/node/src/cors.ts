import type { Route } from "./route.js";
import { values, type Header, type Request } from "./swap/message.js";

/**
 * The scripts that a request may come from: those on the app's own pages may call, where these are another origin
 * (Fetch Standard §3.2).
 *
 * A browser asks first, without a token, so that is answered in place of the back end. A back end that says itself who
 * may read an answer has the last word.
 */
export class Scripts {
  /** Whether there are any: whether an answer may be read depends on where the request comes from then. */
  readonly areAny: boolean;
  readonly #origin: string | undefined;
  readonly #withCookies: boolean;

  /** `origins` are the app's. */
  constructor({ token }: Route, origins: readonly string[], headers: readonly Header[]) {
    const [origin, ...more] = values(headers, "origin");
    this.areAny = origins.length > 0;
    this.#origin = more.length === 0 && origin !== undefined && origins.includes(origin) ? origin : undefined;
    this.#withCookies = token.kind === "cookie";
  }

  /**
   * The headers of the answer to a browser that asks whether a script may call, but for {@link permission};
   * undefined where none asks.
   */
  preflight({ method, headers }: Omit<Request, "body">): Header[] | undefined {
    const [wanted] = values(headers, "access-control-request-method");
    if (method !== "OPTIONS" || wanted === undefined || values(headers, "origin").length === 0) return undefined;
    if (this.#origin === undefined) return [];
    const names = values(headers, "access-control-request-headers").slice(0, 1);
    return [
      ["access-control-allow-methods", wanted],
      ...names.map((list): Header => ["access-control-allow-headers", list]),
      ["access-control-max-age", "600"],
    ];
  }

  /** The headers that let the script read an answer; none for others than the app's. */
  get permission(): Header[] {
    if (this.#origin === undefined) return [];
    const headers: Header[] = [["access-control-allow-origin", this.#origin]];
    return this.#withCookies ? [...headers, ["access-control-allow-credentials", "true"]] : headers;
  }
}

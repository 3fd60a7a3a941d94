import type { Route } from "../route.js";
import { withoutCookie, withoutOwnCookies } from "./cookie.js";
import type { Header } from "./message.js";
import { foldHeader } from "./name.js";

/** The header in which another back end brings the secret of a route without tokens. */
export const SECRET = "x-portico-secret";

/** What the identity headers of a request can say. */
export interface Identity {
  /** The caller's OpenID, as the back end knows it. */
  readonly openId: string | undefined;
  readonly unionId: string | undefined;
}

/**
 * How headers end by which servers have a proxy tell them what the path is. In a client's hands each makes another path of
 * the one that was looked into.
 */
const PATHS = /(^|-)(script-name|path-info|root-path|vhm-root|original-(path|ur[il])|request-uri|rewrite-url)$/;

/**
 * Whether a header is removed from every request: what only the gateway may say, what would make another path, and what
 * CGI and its heirs take for another type of the body (`Content_Type`).
 */
function isRemoved(name: string, folded: string): boolean {
  const isOdd = folded !== name.toLowerCase();
  return (
    folded.startsWith("x-wx-") ||
    folded === SECRET ||
    PATHS.test(folded) ||
    (isOdd && (folded.startsWith("content-") || folded === "transfer-encoding"))
  );
}

/**
 * The headers without what is always removed, and the route's own identity headers in both spellings, the mention of them in `Connection`, the secret, Portico's own cookies, and the token.
 */
export function stripped(route: Route, headers: readonly Header[]): Header[] {
  const isOurs = (name: string): boolean => {
    const folded = foldHeader(name);
    return isRemoved(name, folded) || route.maps.identity.has(folded);
  };
  return headers.flatMap(([name, value]): Header[] => {
    const lower = name.toLowerCase();
    if (isOurs(name)) return [];
    if (lower === "connection") return kept(name, unmentioned(value, isOurs));
    if (lower === "cookie") return kept(name, passedOn(route, value));
    return lower === "authorization" && route.token.kind === "bearer" && !route.keepToken ? [] : [[name, value]];
  });
}

/**
 * The cookies that go on. Portico's own never do: a browser sends them to every port of the issuer's host (RFC 6265
 * §8.5), and who has them is signed in as the person.
 */
function passedOn({ token, keepToken }: Route, cookies: string): string | undefined {
  const name = token.kind === "cookie" ? token.name : undefined;
  const others = withoutOwnCookies(cookies, name);
  return others === undefined || name === undefined || keepToken ? others : withoutCookie(others, name);
}

function kept(name: string, value: string | undefined): Header[] {
  return value === undefined ? [] : [[name, value]];
}

/** A `Connection` header without these names, as it was where it has none of them. */
function unmentioned(value: string, isOurs: (name: string) => boolean): string | undefined {
  // What is not text cannot be read.
  if (!/^[\t\x20-\x7e]*$/.test(value)) return undefined;
  const tokens = value.split(",").map((token) => token.trim()).filter((token) => token !== "");
  const rest = tokens.filter((token) => !isOurs(token));
  if (rest.length === tokens.length) return value;
  return rest.length === 0 ? undefined : rest.join(", ");
}

/** The route's identity headers. What is not known (a UnionID without the scope for it) is left out. */
export function identityHeaders(route: Route, identity: Identity): Header[] {
  return route.inject.flatMap(({ name, says }): Header[] => {
    const value = says.kind === "text" ? says.text : identity[says.kind];
    return value === undefined ? [] : [[name, value]];
  });
}

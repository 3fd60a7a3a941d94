import type { Route } from "../route.js";
import { withoutCookie } from "./cookie.js";
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
 * The headers without what only the gateway may say: every `X-WX-*` and the route's own identity headers in both
 * spellings, the mention of them in `Connection`, the secret, and the token.
 */
export function stripped(route: Route, headers: readonly Header[]): Header[] {
  const isOurs = (name: string): boolean => {
    const folded = foldHeader(name);
    return folded.startsWith("x-wx-") || folded === SECRET || route.maps.identity.has(folded);
  };
  return headers.flatMap(([name, value]): Header[] => {
    const lower = name.toLowerCase();
    if (isOurs(name)) return [];
    if (lower === "connection") return kept(name, unmentioned(value, isOurs));
    if (route.keepToken) return [[name, value]];
    if (lower === "authorization" && route.token.kind === "bearer") return [];
    if (lower === "cookie" && route.token.kind === "cookie") return kept(name, withoutCookie(value, route.token.name));
    return [[name, value]];
  });
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

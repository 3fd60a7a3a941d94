import { decodeJwt, decodeProtectedHeader } from "jose";

import type { Route } from "./route.js";
import { percentDecoded } from "./swap/bytes.js";
import { withoutPairs } from "./swap/cookie.js";
import { stripped } from "./swap/identity.js";
import type { Header, Request } from "./swap/message.js";
import { badRequest } from "./swap/wrong.js";

/** By so many of its last characters, which are of its signature, a token is known in other texts. */
const TAIL = 40;
/** How many texts beside the caller's token may look like tokens. */
const MOST = 8;

/**
 * The headers without any token, unless the route keeps it: a page may send the caller's in a cookie as well, and a
 * browser an address with it as `Referer`. In `Authorization` and in cookies, whatever says that it is an access token
 * of this issuer goes too. Refuses with 400 where the caller's stands in the target, which is written down by many.
 */
export function withoutTokens(
  route: Route,
  issuer: string,
  token: string | undefined,
  { target, headers }: Omit<Request, "body">,
): readonly Header[] {
  if (route.keepToken) return headers;
  if (token !== undefined && (holdsToken(target, token) || holdsToken(percentDecoded(target), token))) {
    throw badRequest("The token does not belong into the address.");
  }
  const rest = stripped(route, headers);
  const others = likeTokens(rest);
  if (others.length > MOST) throw badRequest("There are too many tokens.");
  const tokens = others.filter((text) => isIssuedBy(issuer, text));
  return [...(token === undefined ? [] : [token]), ...tokens].reduce(without, rest);
}

/** Whether the token stands in a text or a body. */
export function holdsToken(text: string | Buffer, token: string): boolean {
  return text.includes(tail(token));
}

function tail(token: string): string {
  return token.slice(-TAIL);
}

/** What is written as a signed token is (RFC 7515 §7.1) in the headers where tokens are. */
function likeTokens(headers: readonly Header[]): string[] {
  const lines = headers.filter(([name]) => /^(authorization|cookie)$/i.test(name));
  const words = lines.flatMap(([, value]) => value.split(/[ ;,="]/));
  // A header of a token is a JSON object.
  return words.filter((word) => /^eyJ[^.]*\.[^.]*\.[^.]*$/.test(word));
}

/** Whether a text says so of itself. Nobody has to be asked, and it is not worth much to lie about. */
function isIssuedBy(issuer: string, text: string): boolean {
  try {
    const { typ } = decodeProtectedHeader(text);
    return typeof typ === "string" && /^(application\/)?at\+jwt$/i.test(typ) && decodeJwt(text).iss === issuer;
  } catch {
    return false;
  }
}

/** Takes it out: of cookies only the pair that has it, of other headers the whole. */
function without(headers: readonly Header[], token: string): readonly Header[] {
  const names = new Set(headers.filter(([, value]) => holdsToken(value, token)).map(([name]) => name.toLowerCase()));
  return headers.flatMap(([name, value]): Header[] => {
    const lower = name.toLowerCase();
    const rest = !names.has(lower) ? value : lower === "cookie" ? withoutPairs(value, tail(token)) : undefined;
    return rest === undefined ? [] : [[name, rest]];
  });
}

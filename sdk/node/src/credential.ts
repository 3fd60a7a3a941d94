import { createHash, timingSafeEqual } from "node:crypto";

import { Refused } from "./refused.js";
import type { Route } from "./route.js";
import { cookieValues } from "./swap/cookie.js";
import { SECRET } from "./swap/identity.js";
import { values, type Header, type Request } from "./swap/message.js";
import { badRequest } from "./swap/wrong.js";

/**
 * The token that a request brings; undefined where the route asks for none, and the caller is another back end that
 * brings the route's secret.
 *
 * Two tokens are one too many, since it is not known which of them another server reads: 400. None: 401. A cookie
 * from elsewhere than a page of the app's own: 403.
 */
export function credential(route: Route, origins: readonly string[], request: Request): string | undefined {
  const { token } = route;
  switch (token.kind) {
    case "bearer":
      return bearer(request.headers);
    case "cookie": {
      const text = cookie(request.headers, token.name);
      sameSite(request, origins);
      return text;
    }
    case "none":
      backEnd(request.headers, token.secret);
      return undefined;
  }
}

/** The token of `Authorization: Bearer` (RFC 6750 §2.1). */
function bearer(headers: readonly Header[]): string {
  const [value, ...more] = values(headers, "authorization");
  if (value === undefined) throw none();
  if (more.length > 0) throw two();
  const [, scheme = "", token] = /^([^ ]*) (.*)$/.exec(readable(value)) ?? [];
  if (scheme.toLowerCase() !== "bearer" || token === undefined) throw none();
  return token.trim();
}

/** The token in the cookie of this name, written just so (RFC 6265 §5.4). */
function cookie(headers: readonly Header[], name: string): string {
  // What else a page keeps in cookies may be in any charset.
  const [text, ...more] = values(headers, "cookie").flatMap((value) => cookieValues(value, name));
  if (more.length > 0) throw two();
  if (text === undefined) throw none();
  return readable(text);
}

function readable(value: string): string {
  if (/^[\t -~]*$/.test(value)) return value;
  throw badRequest("A token is written in visible ASCII characters.");
}

/**
 * A browser sends a cookie whoever wrote the page, so what changes anything, and what stays open, has to come from a
 * page of the app's own (RFC 6454 §7).
 */
function sameSite({ method, headers }: Request, origins: readonly string[]): void {
  if (["GET", "HEAD"].includes(method) && values(headers, "upgrade").length === 0) return;
  const [origin, ...more] = values(headers, "origin");
  if (more.length > 0 || origin === undefined || !origins.includes(origin)) {
    throw new Refused("invalid_origin", "With a cookie, this has to come from a page of the app's own.");
  }
}

function backEnd(headers: readonly Header[], secret: string): void {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const [brought, ...more] = values(headers, SECRET);
  const isRight = brought !== undefined && timingSafeEqual(digest(brought), digest(secret));
  if (!isRight || more.length > 0) throw new Refused("invalid_client", "This is for back ends that are known here.");
}

function none(): Refused {
  return new Refused("missing_token", "This needs a launch token.");
}

function two(): Refused {
  return badRequest("There is more than one token.");
}

import type { Environment } from "./environment.js";
import { PorticoError, Unreachable } from "./errors.js";
import type { Fields } from "./fields.js";

/** Within which an answer has to be here. */
export const DEADLINE_MS = 30_000;

/**
 * One request without cookies. Its answer is here to its end within 30 s; one with a `signal` of its own has no other
 * deadline, and its answer is here as far as its headers.
 *
 * @returns an answer that is 2xx.
 * @throws {@link Unreachable} when there is no answer, or one that asks to come back later (429, 5xx); else what `refuse`
 * makes of it.
 */
export async function request(
  env: Environment,
  url: string,
  init: RequestInit = {},
  refuse = refusal,
): Promise<Response> {
  const late = new AbortController();
  const cancel = env.timer(() => late.abort(), DEADLINE_MS);
  let response: Response;
  try {
    response = await env.fetch(url, {
      credentials: "omit",
      redirect: "error",
      ...init,
      signal: init.signal ?? late.signal,
    });
    // What the one half of a clone has read, the other half holds.
    if (!init.signal) await response.clone().blob();
  } catch {
    throw new Unreachable();
  } finally {
    cancel();
  }
  const { status, headers, ok } = response;
  if (status === 429 || status >= 500) throw new Unreachable(`${status}`, Number(headers.get("retry-after")) || undefined);
  if (!ok) throw refuse(await jsonObject(response), status);
  return response;
}

/** The JSON object in `response`, or an empty one. */
export async function jsonObject(response: Response): Promise<Fields> {
  return Object(await response.json().catch(() => null)) as Fields;
}

/** The error behind an answer that is not 2xx (RFC 6749 §5.2, RFC 9457). */
export function refusal(body: Fields, status: number): PorticoError {
  const code = body["error"] ?? body["code"] ?? `http_${status}`;
  return new PorticoError(code, body["error_description"] ?? body["detail"]);
}

/** The same, where a token was brought: 401 speaks of that. */
export const tokenRefusal: typeof refusal = (body, status) =>
  status === 401 ? new PorticoError("invalid_token") : refusal(body, status);

/** The address of one of the issuer's own paths: whatever `path` is, the address is the issuer's. */
export const at = (issuer: string, path: string): string => issuer.replace(/\/?$/, "/") + path.replace(/^\//, "");

/** What discovery announces (OpenID Connect Discovery 1.0 §3), as far as this package uses it. */
export interface Metadata {
  readonly issuer: string;
  readonly authorization_endpoint: string;
  readonly token_endpoint: string;
  readonly revocation_endpoint: string;
  readonly userinfo_endpoint: string;
}

/**
 * Reads the issuer's `/.well-known/openid-configuration`.
 *
 * @throws {@link PorticoError} `invalid_issuer` when the document names another issuer.
 */
export async function discover(env: Environment, issuer: string): Promise<Metadata> {
  const body = await jsonObject(await request(env, at(issuer, "/.well-known/openid-configuration")));
  if (body["issuer"] !== issuer) throw new PorticoError("invalid_issuer", issuer);
  return body as unknown as Metadata;
}

import type { Environment } from "./environment.js";
import { PorticoError, Unreachable } from "./errors.js";
import type { Fields } from "./fields.js";

const OPTIONS: RequestInit = { credentials: "omit", redirect: "error" };

/**
 * One request without cookies.
 *
 * @throws {@link Unreachable} when there is no answer, or one that asks to come back later (429, 5xx).
 */
export async function request(env: Environment, url: string, init: RequestInit = {}): Promise<Response> {
  let response: Response;
  try {
    response = await env.fetch(url, { ...OPTIONS, ...init });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreachable("no answer");
  }
  if (response.status === 429 || response.status >= 500) {
    const wait = Number(response.headers.get("retry-after"));
    throw new Unreachable(`${response.status}`, wait || undefined);
  }
  return response;
}

/** The JSON object in `response`, or an empty one. */
export async function jsonObject(response: Response): Promise<Fields> {
  return Object(await response.json().catch(() => null)) as Fields;
}

/** The error behind an answer that is not 2xx (RFC 6749 §5.2, RFC 9457). */
export function refusal(response: Response, body: Fields): PorticoError {
  const code = body["error"] ?? body["code"] ?? `http_${response.status}`;
  return new PorticoError(code, body["error_description"] ?? body["detail"]);
}

/** The address of one of the issuer's own paths. */
export const at = (issuer: string, path: string): string => issuer.replace(/\/$/, "") + path;

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
  const response = await request(env, at(issuer, "/.well-known/openid-configuration"));
  const body = await jsonObject(response);
  if (!response.ok || body["issuer"] !== issuer) {
    throw new PorticoError("invalid_issuer", issuer);
  }
  return body as unknown as Metadata;
}

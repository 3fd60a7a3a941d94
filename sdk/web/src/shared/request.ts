import type { Environment } from "./environment.js";
import { AccessDenied, PorticoError, Unreachable } from "./errors.js";

const OPTIONS: RequestInit = { credentials: "omit", cache: "no-store", redirect: "error" };

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
    throw new Unreachable(`no answer from ${new URL(url).origin}`);
  }
  if (response.status === 429 || response.status >= 500) {
    const wait = Number(response.headers.get("retry-after") ?? NaN);
    throw new Unreachable(
      `${response.status} from ${new URL(url).pathname}`,
      Number.isFinite(wait) ? wait : undefined,
    );
  }
  return response;
}

/** The JSON object in `response`, or an empty one. */
export async function jsonObject(response: Response): Promise<Readonly<Record<string, unknown>>> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
}

/** The field `name` of an object from the wire where it is a string, else the empty string. */
export function textField(body: Readonly<Record<string, unknown>>, name: string): string {
  const value = body[name];
  return typeof value === "string" ? value : "";
}

/** The error behind an answer that is not 2xx (RFC 6749 §5.2, RFC 9457). */
export function refusal(response: Response, body: Readonly<Record<string, unknown>>): PorticoError {
  const code = textField(body, "error") || textField(body, "code") || `http_${response.status}`;
  const message = textField(body, "error_description") || textField(body, "detail") || code;
  return code === "access_denied" ? new AccessDenied(message) : new PorticoError(code, message);
}

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
  const base = issuer.replace(/\/$/, "");
  const response = await request(env, `${base}/.well-known/openid-configuration`);
  const body = await jsonObject(response);
  if (!response.ok || textField(body, "issuer") !== issuer) {
    throw new PorticoError("invalid_issuer", `discovery does not speak for ${issuer}`);
  }
  return body as unknown as Metadata;
}

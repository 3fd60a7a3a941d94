/** The error codes of what is answered in place of the app. */
export type Code =
  | "access_denied"
  | "bad_gateway"
  | "content_too_large"
  | "insufficient_scope"
  | "invalid_origin"
  | "invalid_request"
  | "invalid_token"
  | "not_found"
  | "temporarily_unavailable"
  | "token_missing"
  | "unsupported_media_type";

const STATUS: Readonly<Record<Code, number>> = {
  access_denied: 403,
  bad_gateway: 502,
  content_too_large: 413,
  insufficient_scope: 403,
  invalid_origin: 403,
  invalid_request: 400,
  invalid_token: 401,
  not_found: 404,
  temporarily_unavailable: 503,
  token_missing: 401,
  unsupported_media_type: 415,
};

/**
 * A request that goes no further, or an answer that does not go out.
 *
 * `message` may leave the house; `because` may only be logged. Neither holds a token or an OpenID.
 */
export class Refused extends Error {
  /** The error code of the answer's JSON body. */
  readonly code: Code;
  /** What happened, for the log. */
  readonly because: string | undefined;
  /** The scopes that are missing, for `WWW-Authenticate` (RFC 6750 §3). */
  readonly missing: readonly string[];

  constructor(code: Code, message: string, more: { because?: string; missing?: readonly string[] } = {}) {
    super(message);
    this.name = "Refused";
    this.code = code;
    this.because = more.because;
    this.missing = more.missing ?? [];
  }

  /** The status of the answer. */
  get status(): number {
    return STATUS[this.code];
  }
}

/** The headers and the body of the answer to a request that is refused. */
export function refusal(refused: Refused): { headers: [string, string][]; body: string } {
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["cache-control", "no-store"],
  ];
  const { code, status, missing } = refused;
  if (code === "token_missing") headers.push(["www-authenticate", "Bearer"]);
  if (code === "invalid_token") headers.push(["www-authenticate", 'Bearer error="invalid_token"']);
  if (code === "insufficient_scope") {
    headers.push(["www-authenticate", `Bearer error="insufficient_scope", scope="${missing.join(" ")}"`]);
  }
  if (status === 503) headers.push(["retry-after", "1"]);
  return { headers, body: JSON.stringify({ error: code, error_description: refused.message }) };
}

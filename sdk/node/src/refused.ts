/** The error codes of what is answered in place of the app. */
export type Code =
  | "access_denied"
  | "bad_gateway"
  | "content_too_large"
  | "insufficient_scope"
  | "invalid_client"
  | "invalid_origin"
  | "invalid_request"
  | "invalid_token"
  | "missing_token"
  | "not_found"
  | "temporarily_unavailable"
  | "unsupported_media_type";

const STATUS: Readonly<Record<Code, number>> = {
  access_denied: 403,
  bad_gateway: 502,
  content_too_large: 413,
  insufficient_scope: 403,
  invalid_client: 401,
  invalid_origin: 403,
  invalid_request: 400,
  invalid_token: 401,
  missing_token: 401,
  not_found: 404,
  temporarily_unavailable: 503,
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
  /** The status of the answer. */
  readonly status: number;

  /** `status` is there where the code's usual one does not say it. */
  constructor(
    code: Code,
    message: string,
    more: { because?: string; missing?: readonly string[]; status?: number } = {},
  ) {
    super(message);
    this.name = "Refused";
    this.code = code;
    this.because = more.because;
    this.missing = more.missing ?? [];
    this.status = more.status ?? STATUS[code];
  }
}

/**
 * The headers and the body of the answer to a request that is refused: a challenge with 401 and 403 (RFC 6750 §3), with
 * 405 what is allowed, and with 503 when to come again.
 */
export function refusal(refused: Refused): { headers: [string, string][]; body: string } {
  const headers: [string, string][] = [
    ["content-type", "application/json"],
    ["cache-control", "no-store"],
  ];
  const { code, status, message } = refused;
  if (status === 401 || status === 403) headers.push(["www-authenticate", challenge(refused)]);
  if (status === 405) headers.push(["allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]);
  if (status === 503) headers.push(["retry-after", "1"]);
  return { headers, body: JSON.stringify({ error: code, error_description: message }) };
}

/** A request without a token is told the scheme alone; what is wrong with a token or a scope is told too. */
function challenge({ code, message, missing }: Refused): string {
  const told = code === "missing_token" ? "" : ` error="${code}", error_description="${quoted(message)}"`;
  const scope = missing.length === 0 ? "" : `, scope="${quoted(missing.join(" "))}"`;
  return `Bearer${told}${scope}`;
}

/** Text as it may stand between quotes there: no quotes, no backslashes. */
function quoted(text: string): string {
  return text.replace(/[^ -~]|["\\]/gu, "'");
}

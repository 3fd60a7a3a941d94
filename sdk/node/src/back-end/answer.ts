import { Failure, InsufficientScope, Unavailable } from "./failure.js";

/** An answer to be sent as it is. */
export interface Answer {
  /** The HTTP status. */
  readonly status: number;
  /** Names are in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; empty where there is none. */
  readonly body: string;
}

/** The answer to a request that is not let in (RFC 6750 §3): the same from every guard of every language. */
export function answerTo(failure: Failure): Answer {
  const headers: Record<string, string> = { "content-type": "application/json", "cache-control": "no-store" };
  const body: Record<string, unknown> = { error: failure.code };
  if (failure.code === "token_missing") headers["www-authenticate"] = "Bearer";
  if (failure.code === "invalid_token") headers["www-authenticate"] = 'Bearer error="invalid_token"';
  if (failure instanceof InsufficientScope) {
    const scope = failure.missing.join(" ");
    headers["www-authenticate"] = `Bearer error="insufficient_scope", scope="${scope}"`;
    Object.assign(body, { scope, withdrawn: failure.withdrawn });
  }
  if (failure instanceof Unavailable) headers["retry-after"] = String(failure.retryAfter);
  return { status: failure.status, headers, body: JSON.stringify(body) };
}

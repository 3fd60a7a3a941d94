import { Failure, InsufficientScope, Unavailable } from "./failure.js";
export function answerTo(failure) {
    const headers = { "content-type": "application/json", "cache-control": "no-store" };
    const body = { error: failure.code };
    if (failure.code === "token_missing")
        headers["www-authenticate"] = "Bearer";
    if (failure.code === "invalid_token")
        headers["www-authenticate"] = 'Bearer error="invalid_token"';
    if (failure instanceof InsufficientScope) {
        const scope = failure.missing.join(" ");
        headers["www-authenticate"] = `Bearer error="insufficient_scope", scope="${scope}"`;
        Object.assign(body, { scope, withdrawn: failure.withdrawn });
    }
    if (failure instanceof Unavailable)
        headers["retry-after"] = String(failure.retryAfter);
    return { status: failure.status, headers, body: JSON.stringify(body) };
}

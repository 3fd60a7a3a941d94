const STATUS = {
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
export class Refused extends Error {
    code;
    because;
    missing;
    constructor(code, message, more = {}) {
        super(message);
        this.name = "Refused";
        this.code = code;
        this.because = more.because;
        this.missing = more.missing ?? [];
    }
    get status() {
        return STATUS[this.code];
    }
}
export function refusal(refused) {
    const headers = [
        ["content-type", "application/json"],
        ["cache-control", "no-store"],
    ];
    const { code, status, missing } = refused;
    if (code === "token_missing")
        headers.push(["www-authenticate", "Bearer"]);
    if (code === "invalid_token")
        headers.push(["www-authenticate", 'Bearer error="invalid_token"']);
    if (code === "insufficient_scope") {
        headers.push(["www-authenticate", `Bearer error="insufficient_scope", scope="${missing.join(" ")}"`]);
    }
    if (status === 503)
        headers.push(["retry-after", "1"]);
    return { headers, body: JSON.stringify({ error: code, error_description: refused.message }) };
}

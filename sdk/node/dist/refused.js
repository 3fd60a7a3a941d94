const STATUS = {
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
export class Refused extends Error {
    code;
    because;
    missing;
    status;
    constructor(code, message, more = {}) {
        super(message);
        this.name = "Refused";
        this.code = code;
        this.because = more.because;
        this.missing = more.missing ?? [];
        this.status = more.status ?? STATUS[code];
    }
}
export function refusal(refused) {
    const headers = [
        ["content-type", "application/json"],
        ["cache-control", "no-store"],
    ];
    const { code, status, message } = refused;
    if (status === 401 || status === 403)
        headers.push(["www-authenticate", challenge(refused)]);
    if (status === 405)
        headers.push(["allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"]);
    if (status === 503)
        headers.push(["retry-after", "1"]);
    return { headers, body: JSON.stringify({ error: code, error_description: message }) };
}
function challenge({ code, message, missing }) {
    const told = code === "missing_token" ? "" : ` error="${code}", error_description="${quoted(message)}"`;
    const scope = missing.length === 0 ? "" : `, scope="${quoted(missing.join(" "))}"`;
    return `Bearer${told}${scope}`;
}
function quoted(text) {
    return text.replace(/[^ -~]|["\\]/gu, "'");
}

import { AccessDenied, PorticoError, Unreachable } from "./errors.js";
const OPTIONS = { credentials: "omit", cache: "no-store", redirect: "error" };
export async function request(env, url, init = {}) {
    let response;
    try {
        response = await env.fetch(url, { ...OPTIONS, ...init });
    }
    catch (error) {
        if (init.signal?.aborted)
            throw error;
        throw new Unreachable(`no answer from ${new URL(url).origin}`);
    }
    if (response.status === 429 || response.status >= 500) {
        const wait = Number(response.headers.get("retry-after") ?? NaN);
        throw new Unreachable(`${response.status} from ${new URL(url).pathname}`, Number.isFinite(wait) ? wait : undefined);
    }
    return response;
}
export async function jsonObject(response) {
    const body = await response.json().catch(() => null);
    return typeof body === "object" && body !== null ? body : {};
}
export function textField(body, name) {
    const value = body[name];
    return typeof value === "string" ? value : "";
}
export function refusal(response, body) {
    const code = textField(body, "error") || textField(body, "code") || `http_${response.status}`;
    const message = textField(body, "error_description") || textField(body, "detail") || code;
    return code === "access_denied" ? new AccessDenied(message) : new PorticoError(code, message);
}
export async function discover(env, issuer) {
    const base = issuer.replace(/\/$/, "");
    const response = await request(env, `${base}/.well-known/openid-configuration`);
    const body = await jsonObject(response);
    if (!response.ok || textField(body, "issuer") !== issuer) {
        throw new PorticoError("invalid_issuer", `discovery does not speak for ${issuer}`);
    }
    return body;
}

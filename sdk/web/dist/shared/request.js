import { PorticoError, Unreachable } from "./errors.js";
const OPTIONS = { credentials: "omit", redirect: "error" };
export async function request(env, url, init = {}) {
    let response;
    try {
        response = await env.fetch(url, { ...OPTIONS, ...init });
    }
    catch (error) {
        if (init.signal?.aborted)
            throw error;
        throw new Unreachable("no answer");
    }
    if (response.status === 429 || response.status >= 500) {
        const wait = Number(response.headers.get("retry-after"));
        throw new Unreachable(`${response.status}`, wait || undefined);
    }
    return response;
}
export async function jsonObject(response) {
    return Object(await response.json().catch(() => null));
}
export function refusal(response, body) {
    const code = body["error"] ?? body["code"] ?? `http_${response.status}`;
    return new PorticoError(code, body["error_description"] ?? body["detail"]);
}
export const at = (issuer, path) => issuer.replace(/\/$/, "") + path;
export async function discover(env, issuer) {
    const response = await request(env, at(issuer, "/.well-known/openid-configuration"));
    const body = await jsonObject(response);
    if (!response.ok || body["issuer"] !== issuer) {
        throw new PorticoError("invalid_issuer", issuer);
    }
    return body;
}

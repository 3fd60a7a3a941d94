import { PorticoError, Unreachable } from "./errors.js";
export const DEADLINE_MS = 30_000;
export async function request(env, url, init = {}, refuse = refusal) {
    const late = new AbortController();
    const cancel = env.timer(() => late.abort(), DEADLINE_MS);
    let response;
    try {
        response = await env.fetch(url, {
            credentials: "omit",
            redirect: "error",
            ...init,
            signal: init.signal ?? late.signal,
        });
        if (!init.signal)
            await response.clone().blob();
    }
    catch {
        throw new Unreachable();
    }
    finally {
        cancel();
    }
    const { status, headers, ok } = response;
    if (status === 429 || status >= 500)
        throw new Unreachable(`${status}`, Number(headers.get("retry-after")) || undefined);
    if (!ok)
        throw refuse(await jsonObject(response), status);
    return response;
}
export async function jsonObject(response) {
    return Object(await response.json().catch(() => null));
}
export function refusal(body, status) {
    const code = body["error"] ?? body["code"] ?? `http_${status}`;
    return new PorticoError(code, body["error_description"] ?? body["detail"]);
}
export const tokenRefusal = (body, status) => status === 401 ? new PorticoError("invalid_token") : refusal(body, status);
export const at = (issuer, path) => issuer.replace(/\/?$/, "/") + path.replace(/^\//, "");
export async function discover(env, issuer) {
    const body = await jsonObject(await request(env, at(issuer, "/.well-known/openid-configuration")));
    if (body["issuer"] !== issuer)
        throw new PorticoError("invalid_issuer", issuer);
    return body;
}

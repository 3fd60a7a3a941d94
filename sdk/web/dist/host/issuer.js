import { at, discover, jsonObject, request, tokenRefusal } from "../shared/request.js";
export function fill(into, form) {
    for (const [name, value] of Object.entries(form))
        if (value !== undefined)
            into.set(name, value);
    return into;
}
export async function metadata(host) {
    return (host.metadata ??= await discover(host.env, host.issuer));
}
export async function post(host, endpoint, form, refuse) {
    const body = fill(new URLSearchParams({ client_id: host.clientId }), form);
    return jsonObject(await request(host.env, (await metadata(host))[endpoint], { method: "POST", body }, refuse));
}
export function authorized(host, path, init) {
    return host.tokens.using((token) => {
        const headers = { ...init?.headers, authorization: `Bearer ${token}` };
        return request(host.env, at(host.issuer, path), { ...init, headers }, tokenRefusal);
    }, /^invalid_token$/);
}

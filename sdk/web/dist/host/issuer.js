import { PorticoError } from "../shared/errors.js";
import { at, discover, jsonObject, refusal, request } from "../shared/request.js";
export function fill(into, form) {
    for (const [name, value] of Object.entries(form))
        if (value !== undefined)
            into.set(name, value);
    return into;
}
export async function metadata(host) {
    return (host.metadata ??= await discover(host.env, host.issuer));
}
export async function post(host, endpoint, form, refuse = refusal) {
    const body = fill(new URLSearchParams({ client_id: host.clientId }), form);
    const response = await request(host.env, (await metadata(host))[endpoint], { method: "POST", body });
    const answer = await jsonObject(response);
    if (!response.ok)
        throw refuse(response, answer);
    return answer;
}
export function authorized(host, path, init) {
    return host.tokens.using(async (token) => {
        const headers = { ...init?.headers, authorization: `Bearer ${token}` };
        const response = await request(host.env, at(host.issuer, path), { ...init, headers });
        if (response.status === 401)
            throw new PorticoError("invalid_token");
        return response;
    });
}

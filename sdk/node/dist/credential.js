import { createHash, timingSafeEqual } from "node:crypto";
import { Refused } from "./refused.js";
import { cookieValues } from "./swap/cookie.js";
import { SECRET } from "./swap/identity.js";
import { values } from "./swap/message.js";
import { badRequest } from "./swap/wrong.js";
export function credential(route, origins, request) {
    const { token } = route;
    switch (token.kind) {
        case "bearer":
            return bearer(request.headers);
        case "cookie": {
            const text = cookie(request.headers, token.name);
            sameSite(request, origins);
            return text;
        }
        case "none":
            backEnd(request.headers, token.secret);
            return undefined;
    }
}
function bearer(headers) {
    const [value, ...more] = values(headers, "authorization");
    if (value === undefined)
        throw none();
    if (more.length > 0)
        throw two();
    const [, scheme = "", token] = /^([^ ]*) (.*)$/.exec(readable(value)) ?? [];
    if (scheme.toLowerCase() !== "bearer" || token === undefined)
        throw none();
    return token.trim();
}
function cookie(headers, name) {
    const [text, ...more] = values(headers, "cookie").flatMap((value) => cookieValues(value, name));
    if (more.length > 0)
        throw two();
    if (text === undefined)
        throw none();
    return readable(text);
}
function readable(value) {
    if (/^[\t -~]*$/.test(value))
        return value;
    throw badRequest("A token is written in visible ASCII characters.");
}
function sameSite({ method, headers }, origins) {
    if (["GET", "HEAD"].includes(method) && values(headers, "upgrade").length === 0)
        return;
    const [origin, ...more] = values(headers, "origin");
    if (more.length > 0 || origin === undefined || !origins.includes(origin)) {
        throw new Refused("invalid_origin", "With a cookie, this has to come from a page of the app's own.");
    }
}
function backEnd(headers, secret) {
    const digest = (text) => createHash("sha256").update(text).digest();
    const [brought, ...more] = values(headers, SECRET);
    const isRight = brought !== undefined && timingSafeEqual(digest(brought), digest(secret));
    if (!isRight || more.length > 0)
        throw new Refused("invalid_client", "This is for back ends that are known here.");
}
function none() {
    return new Refused("missing_token", "This needs a launch token.");
}
function two() {
    return badRequest("There is more than one token.");
}

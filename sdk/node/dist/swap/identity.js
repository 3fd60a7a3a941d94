import { withoutCookie } from "./cookie.js";
import { foldHeader } from "./name.js";
export const SECRET = "x-portico-secret";
export function stripped(route, headers) {
    const isOurs = (name) => {
        const folded = foldHeader(name);
        return folded.startsWith("x-wx-") || folded === SECRET || route.maps.identity.has(folded);
    };
    return headers.flatMap(([name, value]) => {
        const lower = name.toLowerCase();
        if (isOurs(name))
            return [];
        if (lower === "connection")
            return kept(name, unmentioned(value, isOurs));
        if (route.keepToken)
            return [[name, value]];
        if (lower === "authorization" && route.token.kind === "bearer")
            return [];
        if (lower === "cookie" && route.token.kind === "cookie")
            return kept(name, withoutCookie(value, route.token.name));
        return [[name, value]];
    });
}
function kept(name, value) {
    return value === undefined ? [] : [[name, value]];
}
function unmentioned(value, isOurs) {
    if (!/^[\t\x20-\x7e]*$/.test(value))
        return undefined;
    const tokens = value.split(",").map((token) => token.trim()).filter((token) => token !== "");
    const rest = tokens.filter((token) => !isOurs(token));
    if (rest.length === tokens.length)
        return value;
    return rest.length === 0 ? undefined : rest.join(", ");
}
export function identityHeaders(route, identity) {
    return route.inject.flatMap(({ name, says }) => {
        const value = says.kind === "text" ? says.text : identity[says.kind];
        return value === undefined ? [] : [[name, value]];
    });
}

import { withoutCookie, withoutOwnCookies } from "./cookie.js";
import { foldHeader } from "./name.js";
export const SECRET = "x-portico-secret";
const PATHS = /(^|-)(script-name|path-info|root-path|vhm-root|original-(path|ur[il])|request-uri|rewrite-url)$/;
function isRemoved(name, folded) {
    const isOdd = folded !== name.toLowerCase();
    return (folded.startsWith("x-wx-") ||
        folded === SECRET ||
        PATHS.test(folded) ||
        (isOdd && (folded.startsWith("content-") || folded === "transfer-encoding")));
}
export function stripped(route, headers) {
    const isOurs = (name) => {
        const folded = foldHeader(name);
        return isRemoved(name, folded) || route.maps.identity.has(folded);
    };
    return headers.flatMap(([name, value]) => {
        const lower = name.toLowerCase();
        if (isOurs(name))
            return [];
        if (lower === "connection")
            return kept(name, unmentioned(value, isOurs));
        if (lower === "cookie")
            return kept(name, passedOn(route, value));
        return lower === "authorization" && route.token.kind === "bearer" && !route.keepToken ? [] : [[name, value]];
    });
}
function passedOn({ token, keepToken }, cookies) {
    const name = token.kind === "cookie" ? token.name : undefined;
    const others = withoutOwnCookies(cookies, name);
    return others === undefined || name === undefined || keepToken ? others : withoutCookie(others, name);
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

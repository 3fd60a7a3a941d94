import { decodeJwt, decodeProtectedHeader } from "jose";
import { percentDecoded } from "./swap/bytes.js";
import { withoutPairs } from "./swap/cookie.js";
import { stripped } from "./swap/identity.js";
import { badRequest } from "./swap/wrong.js";
const TAIL = 40;
const MOST = 8;
export function withoutTokens(route, issuer, token, { target, headers }) {
    if (route.keepToken)
        return headers;
    if (token !== undefined && (holdsToken(target, token) || holdsToken(percentDecoded(target), token))) {
        throw badRequest("The token does not belong into the address.");
    }
    const rest = stripped(route, headers);
    const others = likeTokens(rest);
    if (others.length > MOST)
        throw badRequest("There are too many tokens.");
    const tokens = others.filter((text) => isIssuedBy(issuer, text));
    return [...(token === undefined ? [] : [token]), ...tokens].reduce(without, rest);
}
export function holdsToken(text, token) {
    return text.includes(tail(token));
}
function tail(token) {
    return token.slice(-TAIL);
}
function likeTokens(headers) {
    const lines = headers.filter(([name]) => /^(authorization|cookie)$/i.test(name));
    const words = lines.flatMap(([, value]) => value.split(/[ ;,="]/));
    return words.filter((word) => /^eyJ[^.]*\.[^.]*\.[^.]*$/.test(word));
}
function isIssuedBy(issuer, text) {
    try {
        const { typ } = decodeProtectedHeader(text);
        return typeof typ === "string" && /^(application\/)?at\+jwt$/i.test(typ) && decodeJwt(text).iss === issuer;
    }
    catch {
        return false;
    }
}
function without(headers, token) {
    const names = new Set(headers.filter(([, value]) => holdsToken(value, token)).map(([name]) => name.toLowerCase()));
    return headers.flatMap(([name, value]) => {
        const lower = name.toLowerCase();
        const rest = !names.has(lower) ? value : lower === "cookie" ? withoutPairs(value, tail(token)) : undefined;
        return rest === undefined ? [] : [[name, rest]];
    });
}

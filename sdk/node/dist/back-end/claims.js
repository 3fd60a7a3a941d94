import { CLOCK_SKEW, LONGEST_LIFE } from "./recent.js";
const LONGEST = 16 * 1024;
export function hasTokenForm(text) {
    return text.length <= LONGEST && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(text);
}
export function readNamed(claims, issuer, clientId, now) {
    const { iss, aud, iat, exp, nbf, jti } = claims;
    const [audience, ...more] = Array.isArray(aud) ? aud : [aud];
    if (iss !== issuer || audience !== clientId || more.length > 0)
        return undefined;
    if (!isMoment(iat) || !isMoment(exp) || !isText(jti))
        return undefined;
    if (exp <= now || iat > now + CLOCK_SKEW || exp <= iat || exp - iat > LONGEST_LIFE)
        return undefined;
    if (nbf !== undefined && !(isMoment(nbf) && nbf <= now + CLOCK_SKEW))
        return undefined;
    return { tokenId: jti, issuedAt: iat, expiresAt: exp };
}
export function isText(value) {
    return typeof value === "string" && value !== "";
}
function isMoment(value) {
    return typeof value === "number" && Number.isFinite(value);
}

import { compactVerify, decodeProtectedHeader, errors } from "jose";
import { hasTokenForm } from "./claims.js";
export async function verifySigned(token, { typ, algorithms }, keys) {
    const header = readHeader(token);
    if (!header)
        return undefined;
    const { alg, kid } = header;
    if (typeof header.typ !== "string")
        return undefined;
    const type = header.typ.toLowerCase().replace(/^application\//, "");
    if (alg === undefined || !algorithms.includes(alg) || type !== typ)
        return undefined;
    if (typeof kid !== "string")
        return undefined;
    const key = await keys.key({ ...header, alg, kid });
    if (!key)
        return undefined;
    try {
        const { payload } = await compactVerify(token, key, { algorithms: [...algorithms] });
        const claims = readClaims(payload);
        return claims && { claims, kid };
    }
    catch (error) {
        if (error instanceof errors.JOSEError)
            return undefined;
        throw error;
    }
}
function readHeader(token) {
    if (!hasTokenForm(token))
        return undefined;
    try {
        return decodeProtectedHeader(token);
    }
    catch {
        return undefined;
    }
}
function readClaims(payload) {
    try {
        const claims = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
        return typeof claims === "object" && claims !== null && !Array.isArray(claims) ? claims : undefined;
    }
    catch {
        return undefined;
    }
}

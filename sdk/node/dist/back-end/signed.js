import { base64url, compactVerify, errors } from "jose";
import { hasTokenForm } from "./claims.js";
export async function verifySigned(token, { typ, algorithms }, keys, read) {
    if (!hasTokenForm(token) || !isSpeltOut(token.slice(token.lastIndexOf(".") + 1)))
        return undefined;
    const header = readPart(token, 0);
    if (!header)
        return undefined;
    const { alg, kid } = header;
    if (typeof header.typ !== "string")
        return undefined;
    const type = header.typ.toLowerCase().replace(/^application\//, "");
    if (alg === undefined || !algorithms.includes(alg) || type !== typ)
        return undefined;
    if (typeof kid !== "string" || "crit" in header)
        return undefined;
    const claims = readPart(token, 1);
    const found = claims && read(claims);
    if (found === undefined)
        return undefined;
    const by = await keys.key({ ...header, alg, kid });
    if (!by)
        return undefined;
    try {
        await compactVerify(token, by.key, { algorithms: [...algorithms] });
        return { read: found, by };
    }
    catch (error) {
        if (error instanceof errors.JOSEError)
            return undefined;
        throw error;
    }
}
function isSpeltOut(text) {
    return Buffer.from(text, "base64url").toString("base64url") === text;
}
function readPart(token, index) {
    try {
        const bytes = base64url.decode(token.split(".")[index] ?? "");
        const read = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
        return typeof read === "object" && read !== null && !Array.isArray(read) ? read : undefined;
    }
    catch {
        return undefined;
    }
}

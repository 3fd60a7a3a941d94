import { decodeText } from "./base64url.js";
export function unverifiedClaims(token) {
    try {
        const claims = JSON.parse(decodeText(token.split(".")[1] ?? ""));
        return typeof claims === "object" && claims !== null && !Array.isArray(claims)
            ? claims
            : null;
    }
    catch {
        return null;
    }
}
export function textClaim(claims, name) {
    const value = claims?.[name];
    return typeof value === "string" ? value : "";
}

export function unverifiedClaims(token) {
    try {
        const payload = token.split(".")[1] ?? "";
        return Object(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))));
    }
    catch {
        return {};
    }
}

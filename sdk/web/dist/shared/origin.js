import { PorticoError } from "./errors.js";
const SAFE = /^(https:\/\/[^*/]+|http:\/\/(([^*/]+\.)?localhost|127[.\d]+|\[::1\])(:\d+)?)\//;
export function exactOrigin(url) {
    try {
        const { href, origin } = new URL(url);
        if (SAFE.test(href))
            return origin;
    }
    catch {
    }
    throw new PorticoError("invalid_origin", url);
}

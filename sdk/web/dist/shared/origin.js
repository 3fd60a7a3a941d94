import { PorticoError } from "./errors.js";
const SAFE = /^(https:\/\/[^*/]+|http:\/\/(([^*/]+\.)?localhost|127[.\d]+|\[::1\])(:\d+)?)\//;
export function exactOrigin(url) {
    const parsed = URL.canParse(url) && new URL(url);
    if (parsed && SAFE.test(parsed.href))
        return parsed.origin;
    throw new PorticoError("invalid_origin", url);
}

import { PorticoError } from "./errors.js";
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d+){3}|\[::1\])$/;
export function exactOrigin(url) {
    const parsed = URL.canParse(url) ? new URL(url) : null;
    const safe = parsed !== null &&
        !parsed.hostname.includes("*") &&
        (parsed.protocol === "https:" || (parsed.protocol === "http:" && LOOPBACK.test(parsed.hostname)));
    if (!safe)
        throw new PorticoError("invalid_origin", `neither https nor loopback: ${url}`);
    return parsed.origin;
}

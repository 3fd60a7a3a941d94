export const BRIDGE_VERSION = 1;
const text = (most, pattern) => (value) => typeof value === "string" && value.length <= most && pattern.test(value);
const optional = (check) => (value) => value === undefined || check(value);
const id = text(64, /^[\x21-\x7e]+$/);
const scopeToken = "[\\x21\\x23-\\x5b\\x5d-\\x7e]+";
const scope = text(4096, new RegExp(`^${scopeToken}( ${scopeToken})*$`));
const scopeOrNone = (value) => value === "" || scope(value);
const token = text(16384, /^[\w-]+\.[\w-]+\.[\w-]+$/);
const word = text(64, /^[a-z][a-z0-9_-]*$/);
const theme = text(32, /^[a-z][a-z0-9-]*$/);
const seconds = (value) => Number.isInteger(value) && value > 0 && value <= 1800;
const path = text(2048, /^(?!\/\/|[a-z][a-z0-9+.-]*:)[^\\\x00-\x20\x7f]*$/i);
const fromHost = {
    launch: {
        id: optional(id),
        miniProgramId: text(255, /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+$/),
        token,
        scope,
        expiresIn: seconds,
        theme,
        locale: text(35, /^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/),
        path,
    },
    token_renewed: { id: optional(id), token, expiresIn: seconds },
    login_code: { id, code: text(1024, /^[\x21-\x7e]+$/), expiresIn: seconds },
    error: { id, error: word },
    consent_changed: { scope: scopeOrNone, removed: scopeOrNone },
    theme_changed: { theme },
    session_expired: { reason: word },
};
const fromMiniProgram = {
    ready: {},
    renew: { id },
    login: { id },
    request_permission: { id, scope },
};
function parse(shapes, data) {
    if (typeof data !== "object" || data === null)
        return null;
    const given = data;
    if (given["portico"] !== BRIDGE_VERSION || typeof given["type"] !== "string")
        return null;
    const shape = Object.hasOwn(shapes, given["type"]) ? shapes[given["type"]] : undefined;
    if (shape === undefined)
        return null;
    const known = { portico: BRIDGE_VERSION, type: given["type"] };
    for (const [field, check] of Object.entries(shape)) {
        const value = Object.hasOwn(given, field) ? given[field] : undefined;
        if (!check(value))
            return null;
        if (value !== undefined)
            known[field] = value;
    }
    return known;
}
export function parseHostMessage(data) {
    return parse(fromHost, data);
}
export function parseMiniProgramMessage(data) {
    return parse(fromMiniProgram, data);
}

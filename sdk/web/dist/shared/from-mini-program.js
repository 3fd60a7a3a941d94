import { BRIDGE_VERSION, ID, SCOPE } from "./shape.js";
const fits = (pattern, value) => typeof value === "string" && pattern.test(value);
export function parseMiniProgramMessage(data) {
    const { portico, type, id, scope, purpose } = { ...data };
    if (portico !== BRIDGE_VERSION)
        return null;
    if (type === "ready")
        return { portico, type };
    if (!fits(ID, id))
        return null;
    if (type === "renew")
        return { portico, type, id };
    if (type === "login" && (purpose === undefined || purpose === "phone"))
        return { portico, type, id, ...(purpose && { purpose }) };
    return type === "request_permission" && fits(SCOPE, scope) ? { portico, type, id, scope } : null;
}

import { Unreadable } from "./sse.js";
const OTHER = { kind: "other" };
export function readEvent({ name, data }) {
    switch (name) {
        case "reset":
        case "caught_up":
        case "app_suspended":
        case "keys_rotated":
            return { kind: name };
        case "session_ended":
            return { kind: name, sessionId: member(data, "sid") };
        case "token_revoked":
            return { kind: name, tokenId: member(data, "jti") };
        case "grant_changed":
            return { kind: name, userId: member(data, "sub"), scope: member(data, "scope") };
        default:
            return OTHER;
    }
}
function member(data, name) {
    let value;
    try {
        value = JSON.parse(data)?.[name];
    }
    catch {
        throw new Unreadable("an event whose data is no JSON");
    }
    if (typeof value !== "string")
        throw new Unreadable(`an event without its \`${name}\``);
    return value;
}

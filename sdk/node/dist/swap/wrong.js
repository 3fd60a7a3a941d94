import { Refused } from "../refused.js";
import { Wrong } from "./decide.js";
export function badRequest(message) {
    return new Refused("invalid_request", message);
}
export function tooLarge() {
    return new Refused("content_too_large", "the body is larger than this route takes");
}
export function wrongKind(message) {
    return new Refused("unsupported_media_type", message);
}
export function badAnswer(because) {
    return new Refused("bad_gateway", "the answer cannot be passed on", { because });
}
export function orRefuseRequest(part, swap) {
    return orRefuse(swap, ({ reason }) => {
        if (reason === "not_an_id")
            return badRequest(`${part} has something other than an OpenID where one belongs`);
        if (reason === "unknown")
            return badRequest(`${part} names an OpenID that is not known here`);
        return new Refused("access_denied", `${part} names somebody else where only the caller may be named`);
    });
}
export function orRefuseAnswer(swap) {
    return orRefuse(swap, ({ reason }) => badAnswer(reason === "not_an_id"
        ? "the answer has something other than an OpenID where one belongs"
        : "the answer names an OpenID that has no counterpart"));
}
function orRefuse(swap, refused) {
    try {
        return swap();
    }
    catch (error) {
        throw error instanceof Wrong ? refused(error) : error;
    }
}

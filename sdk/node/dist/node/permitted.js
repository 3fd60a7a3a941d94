import { setGiven } from "./exits.js";
export function permit(response, { areAny, permission }) {
    if (!areAny)
        return;
    const leave = response.writeHead;
    response.writeHead = (status, reason, given) => {
        const isNamed = typeof reason === "string";
        setGiven(response, isNamed ? given : reason);
        if (!response.hasHeader("access-control-allow-origin")) {
            if (!variesByOrigin(response))
                response.appendHeader("vary", "Origin");
            for (const [name, value] of permission)
                response.appendHeader(name, value);
        }
        return isNamed ? leave.call(response, status, reason) : leave.call(response, status);
    };
}
function variesByOrigin(response) {
    const names = [response.getHeader("vary") ?? []].flat().flatMap((line) => String(line).split(","));
    return names.some((name) => /^(\*|origin)$/i.test(name.trim()));
}

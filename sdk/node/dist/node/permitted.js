import { setGiven } from "./exits.js";
export function permit(response, permission) {
    if (permission.length === 0)
        return;
    const leave = response.writeHead;
    response.writeHead = (status, reason, given) => {
        const isNamed = typeof reason === "string";
        setGiven(response, isNamed ? given : reason);
        if (!response.hasHeader("access-control-allow-origin")) {
            for (const [name, value] of permission)
                response.appendHeader(name, value);
        }
        return isNamed ? leave.call(response, status, reason) : leave.call(response, status);
    };
}

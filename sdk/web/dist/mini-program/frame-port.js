import { PorticoError } from "../shared/errors.js";
import { exactOrigin } from "../shared/origin.js";
import { NoHost } from "./errors.js";
export function framePort(window, trusted, hear) {
    for (const origin of trusted)
        if (exactOrigin(origin) !== origin)
            throw new PorticoError("invalid_origin", origin);
    const { parent } = window;
    if (parent === window)
        throw new NoHost("this page is not in a host");
    const named = window.location.ancestorOrigins?.[0];
    if (named !== undefined && !trusted.includes(named))
        throw new NoHost(`${named} is not a trusted host`);
    let origins = named === undefined ? trusted : [named];
    const onMessage = ({ source, origin, data }) => {
        if (source === parent && origins.includes(origin) && hear(data))
            origins = [origin];
    };
    window.addEventListener("message", onMessage);
    return {
        post(message) {
            for (const origin of origins)
                parent.postMessage(message, origin);
        },
        close: () => window.removeEventListener("message", onMessage),
    };
}

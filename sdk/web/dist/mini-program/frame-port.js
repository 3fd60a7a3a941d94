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
    const listen = (origin, data) => {
        if (origins.includes(origin) && hear(data))
            origins = [origin];
    };
    const onMessage = ({ source, origin, data }) => {
        if (source === parent)
            listen(origin, data);
    };
    const ports = [];
    const portFor = (origin) => {
        const { port1, port2 } = new (window.MessageChannel ?? MessageChannel)();
        port1.onmessage = ({ data }) => listen(origin, data);
        ports.push(port1);
        return port2;
    };
    window.addEventListener("message", onMessage);
    return {
        post(message) {
            for (const origin of origins)
                parent.postMessage(message, origin, message.type === "ready" ? [portFor(origin)] : []);
        },
        close() {
            window.removeEventListener("message", onMessage);
            for (const port of ports)
                port.close();
        },
    };
}

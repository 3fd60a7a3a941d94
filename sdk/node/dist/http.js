import { Gateway } from "./gateway.js";
import { handle } from "./node/handle.js";
export function portico(configuration, listener, options = {}) {
    const gateway = new Gateway(configuration);
    return (request, response) => {
        handle(gateway, options, request, response, request.url ?? "").then((target) => {
            if (target === undefined)
                return;
            request.url = target;
            listener(request, response);
        }, (error) => {
            response.statusCode = 500;
            response.end();
            process.emitWarning(error);
        });
    };
}

import { Gateway } from "../gateway.js";
import { handle } from "../node/handle.js";
export function gateway(configuration, listener, options = {}) {
    const inside = new Gateway(configuration);
    const inFront = (request, response) => {
        handle(inside, options, request, response, request.url ?? "").then((target) => {
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
    return Object.assign(inFront, { close: () => inside.close() });
}

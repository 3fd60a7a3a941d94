import { Gateway } from "./gateway.js";
import { handle } from "./node/handle.js";
export function portico(configuration, options = {}) {
    const gateway = new Gateway(configuration);
    return async (context, next) => {
        const { req, res } = context;
        const target = await handle(gateway, options, req, res, req.url ?? "");
        if (target === undefined) {
            context.respond = false;
            return;
        }
        req.url = context.originalUrl = context.request.originalUrl = target;
        await next();
    };
}

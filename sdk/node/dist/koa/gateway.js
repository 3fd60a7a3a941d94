import { Gateway } from "../gateway.js";
import { handle } from "../node/handle.js";
export function gateway(configuration, options = {}) {
    const inside = new Gateway(configuration);
    const middleware = async (context, next) => {
        const { req, res } = context;
        const target = await handle(inside, options, req, res, req.url ?? "");
        if (target === undefined) {
            context.respond = false;
            return;
        }
        req.url = context.originalUrl = context.request.originalUrl = target;
        await next();
    };
    return Object.assign(middleware, { close: () => inside.close() });
}

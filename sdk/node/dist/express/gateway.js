import { Gateway } from "../gateway.js";
import { handle } from "../node/handle.js";
export function gateway(configuration, options = {}) {
    const inside = new Gateway(configuration);
    const middleware = (request, response, next) => {
        const target = request.originalUrl ?? request.url ?? "";
        handle(inside, options, request, response, target).then((swapped) => {
            if (swapped === undefined)
                return;
            readdress(request, swapped);
            next();
        }).catch(next);
    };
    return Object.assign(middleware, { close: () => inside.close() });
}
function readdress(request, target) {
    const base = request.baseUrl ?? "";
    if (!target.startsWith(base))
        throw new Error(`an OpenID stands in \`${base}\`: use Portico's middleware above it`);
    const below = target.slice(base.length);
    request.originalUrl = target;
    request.url = below.startsWith("/") ? below : `/${below}`;
    const parse = request.app?.get("query parser fn");
    if (Object.hasOwn(request, "query") && typeof parse === "function") {
        request.query = parse(target.split("?").slice(1).join("?"));
    }
}

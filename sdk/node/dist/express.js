import { Gateway } from "./gateway.js";
import { handle } from "./node/handle.js";
export function portico(configuration, options = {}) {
    const gateway = new Gateway(configuration);
    return (request, response, next) => {
        const target = request.originalUrl ?? request.url ?? "";
        handle(gateway, options, request, response, target).then((swapped) => {
            if (swapped === undefined)
                return;
            readdress(request, swapped);
            next();
        }).catch(next);
    };
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

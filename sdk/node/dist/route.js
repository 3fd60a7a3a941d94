import { percentDecoded } from "./swap/bytes.js";
import { fold } from "./swap/name.js";
export function routeOf(routes, host, target) {
    const name = host.replace(/:\d*$/, "").toLowerCase();
    const path = read(target.split("?", 1)[0] ?? "");
    return routes.find((route) => (route.host === undefined || route.host === name) && (route.path === undefined || lies(path, route.path)));
}
export function hasDots(target) {
    const path = percentDecoded(target.split("?", 1)[0] ?? "");
    return path.split(/[/\\]/).some((segment) => /^\.\.?$/.test(segment.replace(/;.*$/s, "")));
}
function lies(path, prefix) {
    const wanted = read(prefix).replace(/\/$/, "");
    return path === wanted || path.startsWith(`${wanted}/`);
}
function read(path) {
    return fold(percentDecoded(path)).replace(/[/\\]+/g, "/");
}

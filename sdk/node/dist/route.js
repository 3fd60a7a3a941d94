import { liesUnder } from "./swap/path.js";
function dotless(name) {
    let end = name.length;
    while (name[end - 1] === ".")
        end--;
    return name.slice(0, end);
}
export function routeOf(routes, host, target) {
    const name = dotless(host.replace(/:\d*$/, "")).toLowerCase();
    const [path = ""] = target.split("?", 1);
    return routes.find((route) => (route.host === undefined || route.host === name) && (route.path === undefined || liesUnder(path, route.path)));
}

import { template } from "../swap/path.js";
const MOST_STEPS = 32;
export function requestPlaces(route, name) {
    const table = route.table(name, ["path", "query", "form", "cookie", "header", "json"]);
    return {
        path: table.texts("path").map((text, at) => readTemplate(table, at, text, name === "self" ? "own" : "any")),
        query: table.texts("query"),
        form: table.texts("form"),
        cookie: table.texts("cookie"),
        header: table.texts("header"),
        json: pointers(table),
    };
}
export function answerPlaces(route) {
    const table = route.table("response", ["header", "json", "set_cookie"]);
    return { header: table.texts("header"), json: pointers(table), setCookie: table.texts("set_cookie") };
}
export function isNowhere(places) {
    return Object.values(places).every((list) => list.length === 0);
}
function readTemplate(table, at, text, role) {
    const read = template(text, role);
    if (read)
        return read;
    throw table.wrong(`path[${at}]`, `\`${text}\` is not a path with one or more {openid}, such as /users/{openid}`);
}
function pointers(table) {
    return table.texts("json").map((text, at) => {
        const read = pointer(text);
        if (read)
            return read;
        const what = `\`${text}\` is not a JSON Pointer such as /user/openid or /items/*/openid`;
        throw table.wrong(`json[${at}]`, what);
    });
}
function pointer(text) {
    const steps = text.split("/").slice(1);
    if (!text.startsWith("/") || steps.length > MOST_STEPS || /~(?![01])/.test(text))
        return undefined;
    return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

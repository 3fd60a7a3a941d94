import { foldHeader, Fields, Headers } from "./name.js";
import { jsonMap } from "./json-map.js";
export function maps(own, any, answer, inject) {
    const both = (list) => [
        ...list(own).map((one) => [one, "own"]),
        ...list(any).map((one) => [one, "any"]),
    ];
    const anybody = (list) => list.map((one) => [one, "any"]);
    return {
        request: {
            path: [...own.path, ...any.path],
            query: new Fields(both((places) => places.query)),
            form: new Fields(both((places) => places.form)),
            cookie: new Fields(both((places) => places.cookie), "cookies"),
            header: new Headers(both((places) => places.header)),
            json: jsonMap(both((places) => places.json)),
        },
        answer: {
            header: new Headers(anybody(answer.header)),
            setCookie: new Fields(anybody(answer.setCookie), "cookies"),
            json: jsonMap(anybody(answer.json)),
        },
        identity: new Set([...inject].map(foldHeader)),
    };
}

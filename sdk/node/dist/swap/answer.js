import { findInSetCookie, isOwnCookie } from "./cookie.js";
import { inAnswer } from "./decide.js";
import { cookiePiece, foundInJson, headerPiece, inHeaders, looksLikeJson, MOST_IDS, NOTHING, toBeKnownIn, } from "./found.js";
import { NotJson } from "./json.js";
import { kindByType } from "./kind.js";
import { DIGESTS, without } from "./message.js";
import { spliced } from "./spot.js";
import { badAnswer, orRefuseAnswer } from "./wrong.js";
export class FoundInAnswer {
    route;
    answer;
    #headers;
    #body;
    #isReworded;
    #isBodiless;
    constructor(route, method, answer, kind, body) {
        this.route = route;
        this.answer = answer;
        const { header, setCookie } = route.maps.answer;
        this.#headers = inHeaders(answer.headers, (name, value) => {
            const role = header.role(name);
            if (role !== undefined)
                return headerPiece(value, role);
            return cookiePiece(value, name === "set-cookie" ? findInSetCookie(value, setCookie) : []);
        });
        this.#body = look(route, kind, body);
        this.#isBodiless = method === "HEAD" || answer.status === 304;
        this.#isReworded = kind !== undefined || (this.#isBodiless && kindByType(route.maps, answer.headers) !== undefined);
    }
    others(own) {
        const names = toBeKnownIn([...this.#headers.map(({ piece }) => piece), ...this.#body.pieces], own, this.route.unknown);
        if (names.size > MOST_IDS)
            throw badAnswer("the answer names more people than can be looked up");
        return names;
    }
    swapped(caller, known) {
        const become = ({ value }) => inAnswer(value, caller, known, this.route.unknown);
        return orRefuseAnswer(() => {
            const all = this.#headers.map(({ name, piece }) => [name, spliced(piece, become)]);
            const headers = all.filter(([name, value]) => !setsOwnCookie(name, value));
            return { headers: this.#isReworded ? this.#reworded(headers) : headers, body: this.#body.swapped(become) };
        });
    }
    #reworded(headers) {
        const untrue = [...DIGESTS, "accept-ranges", ...(this.#isBodiless ? ["content-length"] : [])];
        return without(headers, ...untrue).map(([name, value]) => name.toLowerCase() === "etag" && !value.startsWith("W/") ? [name, `W/${value}`] : [name, value]);
    }
}
function setsOwnCookie(name, value) {
    return name.toLowerCase() === "set-cookie" && isOwnCookie((value.split(/[=;]/, 1)[0] ?? "").trim());
}
function look(route, kind, body) {
    if (kind === undefined || body.length === 0)
        return NOTHING;
    if (kind === "perhaps" && !looksLikeJson(body))
        return NOTHING;
    try {
        return foundInJson(body, route.maps.answer.json);
    }
    catch (error) {
        throw error instanceof NotJson ? badAnswer("the answer is not JSON") : error;
    }
}

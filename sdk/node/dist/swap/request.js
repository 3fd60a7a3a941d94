import { findInCookies } from "./cookie.js";
import { inRequest, Wrong } from "./decide.js";
import { findInForm, inForm } from "./form.js";
import { cookiePiece, foundInForm, foundInJson, headerPiece, inHeaders, MOST_IDS, NOTHING, toBeKnownIn, } from "./found.js";
import { identityHeaders, stripped } from "./identity.js";
import { NotJson } from "./json.js";
import { DIGESTS, values, without } from "./message.js";
import { NotParts } from "./multipart.js";
import { percentEncoded } from "./bytes.js";
import { AmbiguousPath, findInPath } from "./path.js";
import { spliced, textOf } from "./spot.js";
import { badRequest, orRefuseRequest, tooLarge } from "./wrong.js";
export class FoundInRequest {
    route;
    request;
    #path;
    #query;
    #headers;
    #body;
    #unpacked;
    constructor(route, request, kind, body, isPacked) {
        this.route = route;
        this.request = request;
        this.#unpacked = isPacked ? body : undefined;
        const { path, query, cookie, header } = route.maps.request;
        const [, before = "", after] = /^([^?]*)(?:\?(.*))?$/s.exec(request.target) ?? [];
        this.#path = { text: before, spots: inOneWay(() => findInPath(before, path)), written: percentEncoded };
        this.#query = after === undefined ? undefined : { text: after, spots: findInForm(after, query), written: inForm };
        this.#headers = inHeaders(stripped(route, request.headers), (name, value) => {
            const role = header.role(name);
            if (role !== undefined)
                return headerPiece(value, role);
            return cookiePiece(value, name === "cookie" ? findInCookies(value, cookie) : []);
        });
        this.#body = inOneWay(() => look(route, kind, body));
    }
    others(own) {
        const parts = this.#parts();
        const isOther = ({ role, value }) => role === "own" && (own === undefined || textOf(value) !== own);
        for (const [part, pieces] of parts) {
            orRefuseRequest(part, () => {
                if (pieces.some(({ spots }) => spots.some(isOther)))
                    throw new Wrong("not_the_caller");
            });
        }
        const names = toBeKnownIn(parts.flatMap(([, pieces]) => pieces), own, this.route.unknown);
        if (names.size > MOST_IDS)
            throw tooLarge();
        return names;
    }
    swapped(caller, known, identity) {
        const { unknown } = this.route;
        const become = ({ role, value }) => inRequest(role, value, caller, known, unknown);
        const inPath = (spot) => {
            const text = become(spot);
            if (text === "")
                throw new Wrong("unknown");
            return text;
        };
        const path = orRefuseRequest(PATH, () => spliced(this.#path, inPath));
        const query = orRefuseRequest(QUERY, () => this.#query && spliced(this.#query, become));
        const headers = this.#headers.map(({ name, piece }) => {
            return [name, orRefuseRequest(headerPart(name), () => spliced(piece, become))];
        });
        const body = orRefuseRequest(BODY, () => this.#body.swapped(become)) ?? this.#unpacked;
        const kept = body ? without(headers, ...DIGESTS, ...(this.#unpacked ? ["content-encoding"] : [])) : headers;
        const all = this.route.maps.answer.json ? askingForAll(kept) : kept;
        const target = query === undefined ? path : `${path}?${query}`;
        return { target, headers: [...all, ...identityHeaders(this.route, identity)], body };
    }
    #parts() {
        return [
            [PATH, [this.#path]],
            [QUERY, this.#query ? [this.#query] : []],
            ...this.#headers.map(({ name, piece }) => [headerPart(name), [piece]]),
            [BODY, this.#body.pieces],
        ];
    }
}
const [PATH, QUERY, BODY] = ["the path", "the query", "the body"];
function headerPart(name) {
    return `the header ${name.toLowerCase()}`;
}
function look(route, kind, body) {
    if (kind === undefined)
        return NOTHING;
    if (kind === "json" || kind === "perhaps")
        return foundInJson(body, route.maps.request.json);
    if (kind === "form" && route.maps.request.json && mayBeJson(body)) {
        throw badRequest("the form has characters of JSON, which is declared too");
    }
    return foundInForm(body, kind, route.maps.request.form);
}
function mayBeJson(text) {
    return ["{", '"', "\0"].some((sign) => text.includes(sign));
}
function inOneWay(find) {
    try {
        return find();
    }
    catch (error) {
        if (error instanceof AmbiguousPath)
            throw badRequest("the path can be read in more than one way");
        if (error instanceof NotParts)
            throw badRequest("the form cannot be read, or not in one way only");
        if (error instanceof NotJson)
            throw badRequest("the body is not JSON");
        throw error;
    }
}
function askingForAll(headers) {
    const rest = without(headers, "range", "if-range", "accept-encoding");
    const asked = values(headers, "accept-encoding");
    if (asked.length === 0)
        return rest;
    const items = asked.flatMap((value) => value.split(",")).map((item) => item.trim());
    const kept = items.filter((item) => /^(gzip|x-gzip|br|identity)\s*(;|$)/i.test(item));
    return [...rest, ["accept-encoding", kept.length === 0 ? "identity" : kept.join(", ")]];
}

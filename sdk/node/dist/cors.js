import { values } from "./swap/message.js";
export class Scripts {
    areAny;
    #origin;
    #withCookies;
    constructor({ token }, origins, headers) {
        const [origin, ...more] = values(headers, "origin");
        this.areAny = origins.length > 0;
        this.#origin = more.length === 0 && origin !== undefined && origins.includes(origin) ? origin : undefined;
        this.#withCookies = token.kind === "cookie";
    }
    preflight({ method, headers }) {
        const [wanted] = values(headers, "access-control-request-method");
        if (method !== "OPTIONS" || wanted === undefined || values(headers, "origin").length === 0)
            return undefined;
        if (this.#origin === undefined)
            return [];
        const names = values(headers, "access-control-request-headers").slice(0, 1);
        return [
            ["access-control-allow-methods", wanted],
            ...names.map((list) => ["access-control-allow-headers", list]),
            ["access-control-max-age", "600"],
        ];
    }
    get permission() {
        if (this.#origin === undefined)
            return [];
        const headers = [["access-control-allow-origin", this.#origin]];
        return this.#withCookies ? [...headers, ["access-control-allow-credentials", "true"]] : headers;
    }
}

import { read } from "./configuration/read.js";
import { Scripts } from "./cors.js";
import { credential } from "./credential.js";
import { swapAnswer, swapRequest } from "./exchange.js";
import { PorticoPeople } from "./people.js";
import { Refused } from "./refused.js";
import { routeOf } from "./route.js";
import { values } from "./swap/message.js";
import { AmbiguousPath } from "./swap/path.js";
import { badAnswer, badRequest } from "./swap/wrong.js";
import { withoutTokens } from "./withhold.js";
const UNION_ID = "union_id";
export class Gateway {
    #read;
    #people;
    constructor(configuration, people) {
        this.#read = read(configuration);
        this.#people = people ?? new PorticoPeople(this.#read.issuer, this.#read.timeout, this.#read.validation);
    }
    close() {
        this.#people.close();
    }
    way(request) {
        const { routes, apps, issuer } = this.#read;
        const { method, target, headers } = request;
        if (/^(CONNECT|TRACE|TRACK)$/i.test(method)) {
            throw new Refused("invalid_request", "nothing is tunnelled or traced here", { status: 405 });
        }
        if (!target.startsWith("/") || target.includes("#"))
            throw badRequest("the target is not a path");
        const [host, ...more] = values(headers, "host");
        if (host === undefined || more.length > 0)
            throw badRequest("there must be one Host");
        if (!HOST.test(host))
            throw badRequest("Host is not a name and a port");
        const route = inOneWay(() => routeOf(routes, host, target));
        const app = route && apps.get(route.app);
        if (!route || !app)
            throw new Refused("not_found", "There is nothing here.");
        return new Way(route, app, this.#people, issuer, request);
    }
}
const HOST = /^(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(:\d{0,5})?$/;
export class Way {
    route;
    scripts;
    #app;
    #people;
    #issuer;
    #request;
    constructor(route, app, people, issuer, request) {
        this.route = route;
        this.scripts = new Scripts(route, app.origins, request.headers);
        this.#app = app;
        this.#people = people;
        this.#issuer = issuer;
        this.#request = request;
    }
    async admit() {
        const { route } = this;
        const text = credential(route, this.#app.origins, this.#request);
        const brought = text === undefined ? undefined : { text, token: await this.#validated(text) };
        return new Admitted(route, this.#app, this.#people, this.#issuer, this.#request, brought);
    }
    async #validated(text) {
        const token = await this.#people.introspect(this.#app, text);
        if (!token)
            throw new Refused("invalid_token", "The token is not good, or not for this app.");
        const missing = this.route.require.filter((scope) => !token.scope.includes(scope));
        if (missing.length === 0)
            return token;
        throw new Refused("insufficient_scope", "The person does not let this app do that.", { missing });
    }
}
export class Admitted {
    route;
    #app;
    #people;
    #issuer;
    #head;
    #brought;
    #caller;
    constructor(route, app, people, issuer, head, brought) {
        this.route = route;
        this.#app = app;
        this.#people = people;
        this.#issuer = issuer;
        this.#head = head;
        this.#brought = brought;
    }
    headers() {
        return withoutTokens(this.route, this.#issuer, this.#brought?.text, this.#head);
    }
    async request(request) {
        const { app, as } = this.route;
        const own = this.#brought?.token.sub;
        return swapRequest(this.route, request, own, {
            ...this.#asked(app, as),
            withheld: this.route.keepToken ? undefined : this.#brought?.text,
            counterparts: async (names) => {
                const isOne = app === as;
                const all = own === undefined || isOne ? names : new Set([own, ...names]);
                const known = await this.#counterparts(app, as, all);
                if (own !== undefined) {
                    const there = isOne ? own : known.get(own)?.openId;
                    if (there === undefined)
                        throw stranger(as);
                    this.#caller = { here: own, there };
                }
                return known;
            },
        });
    }
    async answer(method, answer) {
        const { app, as } = this.route;
        try {
            return await swapAnswer(this.route, method, answer, this.#asked(as, app));
        }
        catch (error) {
            if (error instanceof Refused && error.status !== 502)
                throw badAnswer(error.because ?? error.message);
            throw error;
        }
    }
    #asked(from, to) {
        return {
            counterparts: (names) => this.#counterparts(from, to, names),
            caller: () => this.#caller,
            unionId: async () => {
                const { text, token } = this.#brought ?? {};
                return text !== undefined && token?.scope.includes(UNION_ID) ? this.#people.unionId(text) : undefined;
            },
        };
    }
    async #counterparts(from, to, names) {
        return names.size === 0 ? new Map() : this.#people.counterparts(this.#app, from, to, names);
    }
}
function inOneWay(find) {
    try {
        return find();
    }
    catch (error) {
        throw error instanceof AmbiguousPath ? badRequest("The path can be read in more than one way.") : error;
    }
}
function stranger(as) {
    const because = `the caller has neither opened nor linked ${as}`;
    return new Refused("access_denied", "This back end does not know the person yet.", { because });
}

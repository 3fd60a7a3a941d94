import { read } from "./configuration/read.js";
import { credential } from "./credential.js";
import { swapAnswer, swapRequest } from "./exchange.js";
import { PorticoPeople } from "./people.js";
import { Refused } from "./refused.js";
import { hasDots, routeOf } from "./route.js";
import { values } from "./swap/message.js";
import { badAnswer, badRequest } from "./swap/wrong.js";
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
    async admit(request) {
        const { routes, apps } = this.#read;
        const { target, headers } = request;
        if (!target.startsWith("/") || target.includes("#"))
            throw badRequest("the target is not a path");
        const [host, ...more] = values(headers, "host");
        if (host === undefined || more.length > 0)
            throw badRequest("there must be one Host");
        if (routes.some(({ path }) => path !== undefined) && hasDots(target)) {
            throw badRequest("the path can be read in more than one way");
        }
        const route = routeOf(routes, host, target);
        const app = route && apps.get(route.app);
        if (!route || !app)
            throw new Refused("not_found", "There is nothing here.");
        const text = credential(route, app.origins, request);
        if (text === undefined)
            return new Admitted(route, app, this.#people, undefined);
        const token = await this.#people.introspect(app, text);
        if (!token)
            throw new Refused("invalid_token", "The token is not good, or not for this app.");
        const missing = route.require.filter((scope) => !token.scope.includes(scope));
        if (missing.length > 0) {
            throw new Refused("insufficient_scope", "The person does not let this app do that.", { missing });
        }
        return new Admitted(route, app, this.#people, { text, token });
    }
}
export class Admitted {
    route;
    #app;
    #people;
    #brought;
    #caller;
    constructor(route, app, people, brought) {
        this.route = route;
        this.#app = app;
        this.#people = people;
        this.#brought = brought;
    }
    async request(request) {
        const { app, as } = this.route;
        const own = this.#brought?.token.sub;
        return swapRequest(this.route, request, own, {
            ...this.#asked(app, as),
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
function stranger(as) {
    const because = `the caller has neither opened nor linked ${as}`;
    return new Refused("access_denied", "This back end does not know the person yet.", { because });
}

import { PorticoError } from "../shared/errors.js";
import { request } from "../shared/request.js";
class Refused extends PorticoError {
}
export class Authorized {
    #env;
    #issuer;
    #tokens;
    constructor(env, issuer, tokens) {
        this.#env = env;
        this.#issuer = issuer;
        this.#tokens = tokens;
    }
    fetch(path, init = {}) {
        return this.#tokens.using(async (token) => {
            const headers = new Headers(init.headers);
            headers.set("authorization", `Bearer ${token}`);
            const response = await request(this.#env, this.#issuer.at(path), { ...init, headers });
            if (response.status === 401)
                throw new Refused("invalid_token");
            return response;
        }, (error) => (error instanceof Refused ? "over" : null));
    }
}

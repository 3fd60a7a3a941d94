import { PorticoError } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { discover, jsonObject, refusal, request } from "../shared/request.js";
export class UserInfo {
    #env;
    #known = new Map();
    constructor(env) {
        this.#env = env;
    }
    async read(token) {
        const { userinfo_endpoint: url } = await this.#metadata(unverifiedClaims(token)["iss"] ?? "");
        const response = await request(this.#env, url, { headers: { authorization: `Bearer ${token}` } });
        if (response.status === 401)
            return null;
        const body = await jsonObject(response);
        if (!response.ok)
            throw refusal(response, body);
        if (typeof body["sub"] !== "string")
            throw new PorticoError("invalid_response", "userinfo answered without sub");
        return body;
    }
    #metadata(issuer) {
        const known = this.#known.get(issuer) ??
            discover(this.#env, issuer).catch((error) => {
                this.#known.delete(issuer);
                throw error;
            });
        this.#known.set(issuer, known);
        return known;
    }
}

import { PorticoError } from "../shared/errors.js";
import { unverifiedClaims } from "../shared/jwt.js";
import { discover, jsonObject, request, tokenRefusal } from "../shared/request.js";
export class UserInfo {
    #env;
    #known = new Map();
    constructor(env) {
        this.#env = env;
    }
    read(token, renew) {
        return this.#ask(token).catch(async (error) => {
            if (error.code !== "invalid_token")
                throw error;
            return this.#ask(await renew());
        });
    }
    async #ask(token) {
        const { userinfo_endpoint: url } = await this.#metadata(unverifiedClaims(token)["iss"] ?? "");
        const headers = { authorization: `Bearer ${token}` };
        const body = await jsonObject(await request(this.#env, url, { headers }, tokenRefusal));
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

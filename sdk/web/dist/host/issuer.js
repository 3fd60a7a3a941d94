import { discover, jsonObject, refusal, request } from "../shared/request.js";
export class Issuer {
    url;
    clientId;
    #env;
    #metadata = null;
    constructor(env, url, clientId) {
        this.#env = env;
        this.url = url;
        this.clientId = clientId;
    }
    metadata() {
        this.#metadata ??= discover(this.#env, this.url).catch((error) => {
            this.#metadata = null;
            throw error;
        });
        return this.#metadata;
    }
    at(path) {
        return this.url.replace(/\/$/, "") + path;
    }
    async post(endpoint, fields, refuse = refusal) {
        const body = new URLSearchParams({ client_id: this.clientId });
        for (const [name, value] of Object.entries(fields))
            if (value !== undefined)
                body.set(name, value);
        const response = await request(this.#env, (await this.metadata())[endpoint], { method: "POST", body });
        const answer = await jsonObject(response);
        if (response.ok)
            return answer;
        throw refuse(response, answer);
    }
}

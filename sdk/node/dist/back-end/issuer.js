import { Connections } from "../ask.js";
import { Unavailable } from "./failure.js";
export class Issuer {
    url;
    timeout;
    #connections = new Connections();
    #metadata;
    constructor(url, timeout) {
        this.url = url;
        this.timeout = timeout;
    }
    metadata() {
        this.#metadata ??= this.#discover().catch((error) => {
            this.#metadata = undefined;
            throw error;
        });
        return this.#metadata;
    }
    async ask(url, question) {
        const { origin, pathname } = new URL(url);
        const { status, body } = await this.#connections.ask(url, question, this.timeout).catch(() => {
            throw new Unavailable(`no answer from ${origin}`);
        });
        if (status === 401)
            throw new Unavailable(`401 from ${pathname}: the app's credentials are wrong`);
        if (status !== 200)
            throw new Unavailable(`${status} from ${pathname}`);
        const answer = parsed(body);
        if (!answer)
            throw new Unavailable(`no JSON object from ${pathname}`);
        return answer;
    }
    close() {
        this.#connections.close();
    }
    async #discover() {
        const base = this.url.replace(/\/$/, "");
        const metadata = await this.ask(`${base}/.well-known/oauth-authorization-server`, { method: "GET", headers: {} });
        return readMetadata(this.url, metadata);
    }
}
export function readMetadata(issuer, metadata) {
    if (metadata["issuer"] !== issuer)
        throw new Unavailable(`the metadata does not speak for ${issuer}`);
    for (const name of ["jwks_uri", "introspection_endpoint"]) {
        const value = metadata[name];
        if (typeof value !== "string" || !URL.canParse(value))
            throw new Unavailable(`the metadata has no ${name}`);
        const isOpen = new URL(issuer).protocol === "https:" && new URL(value).protocol !== "https:";
        if (isOpen)
            throw new Unavailable(`the metadata has a ${name} that is not https`);
    }
    return metadata;
}
function parsed(text) {
    try {
        const value = JSON.parse(text);
        return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
    }
    catch {
        return undefined;
    }
}

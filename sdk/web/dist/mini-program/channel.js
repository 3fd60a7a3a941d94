import { PorticoError } from "../shared/errors.js";
import { BRIDGE_VERSION, parseHostMessage, } from "../shared/messages.js";
import { exactOrigin } from "../shared/origin.js";
import { NoHost } from "./errors.js";
export class Channel {
    #env;
    #window;
    #origins;
    #heard;
    #waiting = new Map();
    #host = null;
    #next = 1;
    constructor(env, window, origins, heard) {
        for (const origin of origins) {
            if (exactOrigin(origin) !== origin)
                throw new PorticoError("invalid_origin", `not an exact origin: ${origin}`);
        }
        if (window.parent === window)
            throw new NoHost("this page is not in a frame");
        const parent = window.location.ancestorOrigins?.[0];
        if (parent !== undefined && !origins.includes(parent))
            throw new NoHost(`${parent} is not a trusted host`);
        this.#env = env;
        this.#window = window;
        this.#origins = parent === undefined ? origins : [parent];
        this.#heard = heard;
        window.addEventListener("message", this.#onMessage);
    }
    ready() {
        for (const origin of this.#origins)
            this.#window.parent.postMessage({ portico: BRIDGE_VERSION, type: "ready" }, origin);
    }
    ask(type, fields, ms) {
        const id = String(this.#next++);
        return new Promise((resolve, reject) => {
            const stop = this.#env.timer(() => this.#settle(id)?.reject(new NoHost(`no answer to ${type}`)), ms);
            this.#waiting.set(id, { resolve, reject, stop });
            if (this.#host !== null)
                this.#window.parent.postMessage({ portico: BRIDGE_VERSION, type, id, ...fields }, this.#host);
        });
    }
    failAll(error) {
        for (const id of [...this.#waiting.keys()])
            this.#settle(id)?.reject(error);
    }
    close() {
        this.#window.removeEventListener("message", this.#onMessage);
    }
    #settle(id) {
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        waiting?.stop();
        return waiting;
    }
    #onMessage = (event) => {
        if (event.source !== this.#window.parent || !this.#origins.includes(event.origin))
            return;
        const message = parseHostMessage(event.data);
        if (message === null)
            return;
        this.#host = event.origin;
        this.#heard(message);
        if (!("id" in message) || message.id === undefined)
            return;
        const waiting = this.#settle(message.id);
        if (message.type === "error")
            waiting?.reject(new PorticoError(message.error, `the host answered ${message.error}`));
        else
            waiting?.resolve(message);
    };
}

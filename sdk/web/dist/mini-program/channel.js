import { PorticoError, Unreachable } from "../shared/errors.js";
import { parseHostMessage } from "../shared/from-host.js";
import { BRIDGE_VERSION } from "../shared/shape.js";
import { appPort } from "./app-port.js";
import { NoHost } from "./errors.js";
import { framePort } from "./frame-port.js";
const PATIENCE_MS = { renew: 15_000, login: 15_000, request_permission: 600_000 };
export const unexpected = ({ type }) => new PorticoError("invalid_response", `the host answered with ${type}`);
function refused(code) {
    const message = `the host answered ${code}`;
    return code === "temporarily_unavailable" ? new Unreachable(message) : new PorticoError(code, message);
}
export class Channel {
    #env;
    #port;
    #heard;
    #waiting = new Map();
    #next = 1;
    constructor(env, window, origins, heard) {
        const hear = (data) => this.#hear(data);
        this.#env = env;
        this.#heard = heard;
        this.#port = appPort(window, hear) ?? framePort(window, origins, hear);
    }
    ready() {
        this.#port.post({ portico: BRIDGE_VERSION, type: "ready" });
    }
    ask(type, fields) {
        const id = String(this.#next++);
        return new Promise((resolve, reject) => {
            const giveUp = () => this.#settle(id)?.reject(new NoHost(`no answer to ${type}`));
            const stop = this.#env.timer(giveUp, PATIENCE_MS[type]);
            this.#waiting.set(id, { resolve, reject, stop });
            this.#port.post({ portico: BRIDGE_VERSION, type, id, ...fields });
        });
    }
    failAll(error) {
        for (const id of [...this.#waiting.keys()])
            this.#settle(id)?.reject(error);
    }
    close() {
        this.#port.close();
    }
    #settle(id) {
        const waiting = this.#waiting.get(id);
        this.#waiting.delete(id);
        waiting?.stop();
        return waiting;
    }
    #hear(data) {
        const message = parseHostMessage(data);
        if (message === null)
            return false;
        this.#heard(message);
        if ("id" in message && message.id !== undefined) {
            const waiting = this.#settle(message.id);
            if (message.type === "error")
                waiting?.reject(refused(message.error));
            else
                waiting?.resolve(message);
        }
        return true;
    }
}

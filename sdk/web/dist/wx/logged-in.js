const KEY = "portico.wx.sid";
export class LoggedIn {
    #storage = null;
    #sid;
    constructor(window) {
        try {
            this.#storage = window.localStorage;
        }
        catch {
        }
        this.#sid = this.#storage?.getItem(KEY) ?? null;
    }
    in(sid) {
        this.#sid = sid;
        try {
            this.#storage?.setItem(KEY, sid);
        }
        catch {
        }
    }
    is(sid) {
        return this.#sid === sid;
    }
}

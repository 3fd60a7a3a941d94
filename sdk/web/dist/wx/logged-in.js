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
        this.#storage?.setItem(KEY, sid);
    }
    is(sid) {
        return this.#sid === sid;
    }
}

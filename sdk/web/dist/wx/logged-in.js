import { Note } from "./note.js";
export class LoggedIn {
    #note;
    constructor(window) {
        this.#note = new Note(window, "portico.wx.sid");
    }
    in(sid) {
        this.#note.write(sid);
    }
    is(sid) {
        return this.#note.text === sid;
    }
}

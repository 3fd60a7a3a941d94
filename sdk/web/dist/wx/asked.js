import { union, without } from "../shared/scope.js";
import { Note } from "./note.js";
export class Asked {
    #note;
    #person = "";
    #scope = "";
    constructor(window) {
        this.#note = new Note(window, "portico.wx.asked");
    }
    get scope() {
        return this.#scope;
    }
    launched(person, granted) {
        if (this.#person !== person) {
            const [whose, scope = ""] = (this.#note.text ?? "").split("\n");
            this.#scope = whose === person ? scope : "";
            this.#person = person;
        }
        this.save(granted);
    }
    add(scope) {
        this.#scope = union(this.#scope, scope);
    }
    remove(scope) {
        this.#scope = without(this.#scope, scope);
    }
    save(granted) {
        if (!granted)
            return;
        const refused = without(this.#scope, granted);
        this.#note.write(refused && `${this.#person}\n${refused}`);
    }
}

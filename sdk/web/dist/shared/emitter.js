export class Emitter {
    #target = new EventTarget();
    on(name, listener) {
        const stop = new AbortController();
        this.#target.addEventListener(name, (event) => listener(event.detail), stop);
        return () => stop.abort();
    }
    emit(name, detail) {
        this.#target.dispatchEvent(new CustomEvent(name, { detail }));
    }
}

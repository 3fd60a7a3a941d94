export class Emitter extends EventTarget {
    on(name, listener) {
        const hear = (event) => listener(event.detail);
        this.addEventListener(name, hear);
        return () => this.removeEventListener(name, hear);
    }
    emit(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}

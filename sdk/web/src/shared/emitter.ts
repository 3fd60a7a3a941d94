/** Takes a listener away again. Calling it twice is harmless. */
export type Unsubscribe = () => void;

/** Typed events: `Events` maps each name to what its listeners are given. */
export class Emitter<Events extends object> {
  readonly #target = new EventTarget();

  /** Calls `listener` at every `name` from now on. */
  on<Name extends keyof Events & string>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe {
    const stop = new AbortController();
    this.#target.addEventListener(name, (event) => listener((event as CustomEvent<Events[Name]>).detail), stop);
    return () => stop.abort();
  }

  /** Tells every listener of `name`. A listener that throws does not keep the others from hearing. */
  emit<Name extends keyof Events & string>(name: Name, detail: Events[Name]): void {
    this.#target.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

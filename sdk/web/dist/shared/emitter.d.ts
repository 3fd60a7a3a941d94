/** Takes a listener away again. Calling it twice is harmless. */
export type Unsubscribe = () => void;
/** Typed events: `Events` maps each name to what its listeners are given. */
export declare class Emitter<Events extends object> extends EventTarget {
    /** Calls `listener` at every `name` from now on. */
    on<Name extends keyof Events & string>(name: Name, listener: (event: Events[Name]) => void): Unsubscribe;
    /** Tells every listener of `name`. A listener that throws does not keep the others from hearing. */
    emit<Name extends keyof Events & string>(name: Name, detail: Events[Name]): void;
}

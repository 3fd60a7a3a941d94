// The names by which React Native's codegen knows what TypeScript has no type for. It reads the names alone, and before
// 0.80 without a namespace, while React Native itself has moved the types from one place to another since.

/** A number that is a whole one on the native side. */
export type Int32 = number;

/** An event of a native module: call it with a listener, which hears until it is removed. */
export type EventEmitter<Event> = (listener: (event: Event) => void | Promise<void>) => { remove(): void };

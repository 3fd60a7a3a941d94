/** React Native has it, and does not say so in its types. */
declare function queueMicrotask(run: () => void): void;

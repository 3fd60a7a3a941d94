/** What this page remembers under one name: over a reload where the browser lets it, and otherwise in memory. */
export declare class Note {
    #private;
    constructor(window: Window, key: string);
    /** What was written last. */
    get text(): string | null;
    /** Remembers `text`; nothing, where it is empty. */
    write(text: string): void;
}

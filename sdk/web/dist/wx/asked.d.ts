/**
 * For what the person here was asked. What of it they have not granted is noted for the next document too: the question
 * may take this one away, and then the answer comes to another.
 */
export declare class Asked {
    #private;
    constructor(window: Window);
    /** Scopes separated by one space. */
    get scope(): string;
    /** Launched for `person`, who has granted `granted`. What was asked of anybody else is forgotten. */
    launched(person: string, granted: string): void;
    /** They are asked for `scope`. */
    add(scope: string): void;
    /** There is no such thing. */
    remove(scope: string): void;
    /** Notes what they have not granted; nothing once the session is over, and `granted` says no more what they have. */
    save(granted: string): void;
}

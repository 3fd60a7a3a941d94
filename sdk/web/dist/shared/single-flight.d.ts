/** Work of which at most one run is under way at any time. */
export declare class SingleFlight<Answer> {
    #private;
    constructor(work: () => Promise<Answer>);
    /** The run that is under way, or a new one. All who ask during one run get the same answer, or error. */
    run(): Promise<Answer>;
    /** Waits until no run is under way; never rejects. */
    settled(): Promise<void>;
}

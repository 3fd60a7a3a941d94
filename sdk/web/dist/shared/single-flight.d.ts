/**
 * `work` with at most one run under way at any time: whoever asks during a run is given that run's answer, or error.
 */
export declare function singleFlight<Answer>(work: () => Promise<Answer>): () => Promise<Answer>;

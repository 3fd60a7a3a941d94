/** A JSON object from Portico. What it holds is Portico's word: strings, but for the times. */
export type Fields = Readonly<Record<string, string | undefined>>;

import { ConfigurationError } from "./wrong.js";

/** One table of the configuration, whose keys are known. */
export class Table {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(value: unknown, readonly at: string, known: readonly string[]) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      throw new ConfigurationError(at || "configuration", "must be a table");
    }
    this.#values = value as Record<string, unknown>;
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const nearest = [...known].sort((a, b) => distance(key, a) - distance(key, b))[0];
      throw new ConfigurationError(this.key(key), `is not known; did you mean \`${nearest}\`?`);
    }
  }

  /** The full name of a key. */
  key(name: string): string {
    return this.at === "" ? name : `${this.at}.${name}`;
  }

  wrong(name: string, what: string): ConfigurationError {
    return new ConfigurationError(this.key(name), what);
  }

  has(name: string): boolean {
    return this.#values[name] !== undefined;
  }

  value(name: string): unknown {
    return this.#values[name];
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (value === undefined || (typeof value === "string" && value !== "")) return value;
    throw this.wrong(name, "must be a text");
  }

  need(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw this.wrong(name, "is missing");
    return text;
  }

  flag(name: string): boolean {
    const value = this.#values[name] ?? false;
    if (typeof value !== "boolean") throw this.wrong(name, "must be true or false");
    return value;
  }

  texts(name: string): string[] {
    const value = this.#values[name] ?? [];
    if (Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "")) return value as string[];
    throw this.wrong(name, "must be a list of texts");
  }

  table(name: string, known: readonly string[]): Table {
    return new Table(this.#values[name] ?? {}, this.key(name), known);
  }
}

/** How many letters have to change (Levenshtein). */
function distance(a: string, b: string): number {
  let row = [...b, ""].map((_, column) => column);
  for (let line = 1; line <= a.length; line++) {
    const above = row;
    row = [line];
    for (let column = 1; column <= b.length; column++) {
      const change = (above[column - 1] ?? 0) + (a[line - 1] === b[column - 1] ? 0 : 1);
      row.push(Math.min(change, (above[column] ?? 0) + 1, (row[column - 1] ?? 0) + 1));
    }
  }
  return row[b.length] ?? 0;
}

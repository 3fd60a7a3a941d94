/** The configuration cannot be used. The message is one line that says where, and what to do. */
export class ConfigurationError extends Error {
  constructor(
    /** The key, such as `route[0].self.json[1]`. */
    readonly key: string,
    what: string,
  ) {
    super(`${key}: ${what}`);
    this.name = "ConfigurationError";
  }
}

export class ConfigurationError extends Error {
    key;
    constructor(key, what) {
        super(`${key}: ${what}`);
        this.key = key;
        this.name = "ConfigurationError";
    }
}

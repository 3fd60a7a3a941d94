import type { Route } from "../route.js";
import type { App } from "./app.js";
/** Reads one `[[route]]`. @throws {@link ConfigurationError} */
export declare function readRoute(value: unknown, at: string, apps: ReadonlyMap<string, App>): Route;

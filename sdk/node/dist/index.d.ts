export type { AppKeys, Configuration, RequestPlacesKeys, RouteKeys } from "./configuration/file.js";
export { fromToml } from "./configuration/read.js";
export { ConfigurationError } from "./configuration/wrong.js";
export type { Options } from "./node/handle.js";
export { Refused, type Code } from "./refused.js";

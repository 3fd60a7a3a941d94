export { fromToml } from "./configuration/read.js";
export { ConfigurationError } from "./configuration/wrong.js";
export { Refused } from "./refused.js";

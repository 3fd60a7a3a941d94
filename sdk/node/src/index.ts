export { answerTo, type Answer } from "./back-end/answer.js";
export type { ClientKey } from "./back-end/credentials.js";
export {
  Failure,
  InsufficientScope,
  InvalidToken,
  ScopeWithdrawn,
  TokenMissing,
  Unavailable,
  type FailureCode,
} from "./back-end/failure.js";
export type { LoggedOut } from "./back-end/logout.js";
export type { PorticoOptions } from "./back-end/options.js";
export { createPortico, type Portico } from "./back-end/portico.js";
export type { Validated } from "./back-end/validated.js";
export type { AppKeys, Configuration, RequestPlacesKeys, RouteKeys } from "./configuration/file.js";
export { fromToml } from "./configuration/read.js";
export { ConfigurationError } from "./configuration/wrong.js";
export type { Closing } from "./node/closing.js";
export type { Options } from "./node/handle.js";
export { Refused, type Code } from "./refused.js";

export { answerTo } from "./back-end/answer.js";
export { Failure, InsufficientScope, InvalidToken, ScopeWithdrawn, TokenMissing, Unavailable, } from "./back-end/failure.js";
export { createPortico } from "./back-end/portico.js";
export { fromToml } from "./configuration/read.js";
export { ConfigurationError } from "./configuration/wrong.js";
export { Refused } from "./refused.js";

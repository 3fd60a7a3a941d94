import { Refused } from "../refused.js";
/** 400. */
export declare function badRequest(message: string): Refused;
/** 413. */
export declare function tooLarge(): Refused;
/** 415. */
export declare function wrongKind(message: string): Refused;
/** 502. */
export declare function badAnswer(because: string): Refused;
/** What `swap` answers of this part of a request; a value that may not go on is refused. */
export declare function orRefuseRequest<T>(part: string, swap: () => T): T;
/** What `swap` answers; a value that may not go out is refused. */
export declare function orRefuseAnswer<T>(swap: () => T): T;

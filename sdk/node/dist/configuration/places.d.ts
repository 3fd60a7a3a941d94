import type { AnswerPlaces, RequestPlaces } from "../swap/maps.js";
import type { Table } from "./table.js";
/** Reads `[route.self]` or `[route.any]`. */
export declare function requestPlaces(route: Table, name: "self" | "any"): RequestPlaces;
/** Reads `[route.response]`. */
export declare function answerPlaces(route: Table): AnswerPlaces;
/** Whether nothing is declared. */
export declare function isNowhere(places: RequestPlaces | AnswerPlaces): boolean;

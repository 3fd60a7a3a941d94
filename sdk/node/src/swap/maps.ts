import { foldHeader, Fields, Headers } from "./name.js";
import { jsonMap, type Crossing, type Pointer } from "./json-map.js";
import type { Template } from "./path.js";
import type { Role } from "./spot.js";

/** Places in a request, as they are declared. */
export interface RequestPlaces {
  readonly path: readonly Template[];
  readonly query: readonly string[];
  readonly form: readonly string[];
  readonly cookie: readonly string[];
  readonly header: readonly string[];
  readonly json: readonly Pointer[];
}

/** Places in an answer, as they are declared. */
export interface AnswerPlaces {
  readonly header: readonly string[];
  readonly json: readonly Pointer[];
  readonly setCookie: readonly string[];
}

/** Where something is looked for in the messages of one route, made ready for many of them. */
export interface Maps {
  readonly request: {
    readonly path: readonly Template[];
    readonly query: Fields;
    readonly form: Fields;
    readonly cookie: Fields;
    readonly header: Headers;
    readonly json: Crossing | undefined;
  };
  readonly answer: {
    readonly header: Headers;
    readonly setCookie: Fields;
    readonly json: Crossing | undefined;
  };
  /** The names of the identity headers, folded. */
  readonly identity: ReadonlySet<string>;
}

/**
 * The maps of these places. Where the caller alone may be named and where anybody may be are one place, the caller
 * alone may be.
 *
 * @throws {@link NoMap} where one JSON place lies within another, or there are too many ways to them.
 */
export function maps(own: RequestPlaces, any: RequestPlaces, answer: AnswerPlaces, inject: Iterable<string>): Maps {
  const both = <T>(list: (places: RequestPlaces) => readonly T[]): (readonly [T, Role])[] => [
    ...list(own).map((one) => [one, "own"] as const),
    ...list(any).map((one) => [one, "any"] as const),
  ];
  const anybody = <T>(list: readonly T[]): (readonly [T, Role])[] => list.map((one) => [one, "any"]);
  return {
    request: {
      path: [...own.path, ...any.path],
      query: new Fields(both((places) => places.query)),
      form: new Fields(both((places) => places.form)),
      cookie: new Fields(both((places) => places.cookie), "cookies"),
      header: new Headers(both((places) => places.header)),
      json: jsonMap(both((places) => places.json)),
    },
    answer: {
      header: new Headers(anybody(answer.header)),
      setCookie: new Fields(anybody(answer.setCookie), "cookies"),
      json: jsonMap(anybody(answer.json)),
    },
    identity: new Set([...inject].map(foldHeader)),
  };
}

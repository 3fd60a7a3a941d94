import type { Pointer } from "../swap/json-map.js";
import type { AnswerPlaces, RequestPlaces } from "../swap/maps.js";
import { template, type Template } from "../swap/path.js";
import type { Role } from "../swap/spot.js";
import type { Table } from "./table.js";

/** The most steps that a pointer takes. */
const MOST_STEPS = 32;

/** Reads `[route.self]` or `[route.any]`. */
export function requestPlaces(route: Table, name: "self" | "any"): RequestPlaces {
  const table = route.table(name, ["path", "query", "form", "cookie", "header", "json"]);
  return {
    path: table.texts("path").map((text, at) => readTemplate(table, at, text, name === "self" ? "own" : "any")),
    query: table.texts("query"),
    form: table.texts("form"),
    cookie: table.texts("cookie"),
    header: table.texts("header"),
    json: pointers(table),
  };
}

/** Reads `[route.response]`. */
export function answerPlaces(route: Table): AnswerPlaces {
  const table = route.table("response", ["header", "json", "set_cookie"]);
  return { header: table.texts("header"), json: pointers(table), setCookie: table.texts("set_cookie") };
}

/** Whether nothing is declared. */
export function isNowhere(places: RequestPlaces | AnswerPlaces): boolean {
  return Object.values(places).every((list: readonly unknown[]) => list.length === 0);
}

function readTemplate(table: Table, at: number, text: string, role: Role): Template {
  const read = template(text, role);
  if (read) return read;
  throw table.wrong(`path[${at}]`, `\`${text}\` is not a path with one or more {openid}, such as /users/{openid}`);
}

function pointers(table: Table): Pointer[] {
  return table.texts("json").map((text, at) => {
    const read = pointer(text);
    if (read) return read;
    const what = `\`${text}\` is not a JSON Pointer such as /user/openid or /items/*/openid`;
    throw table.wrong(`json[${at}]`, what);
  });
}

/** The pointer that a text writes (RFC 6901 §3); undefined where it writes none. */
function pointer(text: string): Pointer | undefined {
  const steps = text.split("/").slice(1);
  if (!text.startsWith("/") || steps.length > MOST_STEPS || /~(?![01])/.test(text)) return undefined;
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}

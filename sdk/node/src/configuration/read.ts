import { parse } from "smol-toml";

import type { Validation } from "../people.js";
import type { Route } from "../route.js";
import { readApps, type App } from "./app.js";
import type { Configuration, RouteKeys } from "./file.js";
import { readRoute } from "./route.js";
import { Table } from "./table.js";
import { milliseconds } from "./units.js";
import { ConfigurationError } from "./wrong.js";

/** The configuration, read and checked. */
export interface Read {
  readonly issuer: string;
  readonly apps: ReadonlyMap<string, App>;
  readonly routes: readonly Route[];
  /** How long one question to Portico may take, in milliseconds. */
  readonly timeout: number;
  readonly validation: Validation;
}

/** Reads a configuration. @throws {@link ConfigurationError} */
export function read(configuration: Configuration): Read {
  const table = new Table(configuration, "", ["issuer", "apps", "route", "timeout", "validate"]);
  const issuer = table.need("issuer");
  if (!URL.canParse(issuer) || !/^https?:/.test(issuer)) throw table.wrong("issuer", "is an http or https URL");
  const apps = readApps(table.value("apps"));
  const route = table.value("route") ?? [];
  const list: unknown[] = Array.isArray(route) ? route : [route];
  if (list.length === 0) throw table.wrong("route", "is missing");
  const routes = list.map((one, at) => readRoute(one, `route[${at}]`, apps));
  const timeout = milliseconds(table.text("timeout") ?? "5 s");
  if (timeout === undefined) throw table.wrong("timeout", "is a time such as `5 s`");
  const validation = table.text("validate") ?? "feed";
  if (validation !== "feed" && validation !== "introspection") throw table.wrong("validate", "is `feed` or `introspection`");
  return { issuer, apps, routes, timeout, validation };
}

/** What `portico gateway` is told beside the routes, and is not used here. */
const ALONE = ["listen", "admin_listen", "store", "bus", "master_key", "tls", "issuer", "route"];

/**
 * The routes, and the issuer where it is there, of a configuration file of `portico gateway`, or of the `[gateway]`
 * part of one of `portico serve`.
 *
 * @throws {@link ConfigurationError} where it is no TOML, or has no routes.
 */
export function fromToml(text: string): Pick<Configuration, "route"> & Partial<Configuration> {
  let file: Record<string, unknown>;
  try {
    file = parse(text);
  } catch (error) {
    throw new ConfigurationError("configuration", `is not TOML: ${(error as Error).message.split("\n", 1)[0]}`);
  }
  const table = "gateway" in file ? new Table(file["gateway"], "gateway", ALONE) : new Table(file, "", ALONE);
  const route = table.value("route");
  if (!Array.isArray(route)) throw table.wrong("route", "is missing");
  const issuer = table.text("issuer");
  return { route: route as RouteKeys[], ...(issuer === undefined ? {} : { issuer }) };
}

import { parse } from "smol-toml";
import { readApps } from "./app.js";
import { readRoute } from "./route.js";
import { Table } from "./table.js";
import { milliseconds } from "./units.js";
import { ConfigurationError } from "./wrong.js";
export function read(configuration) {
    const table = new Table(configuration, "", ["issuer", "apps", "route", "timeout", "validate"]);
    const issuer = table.need("issuer");
    if (!URL.canParse(issuer) || !/^https?:/.test(issuer))
        throw table.wrong("issuer", "is an http or https URL");
    const apps = readApps(table.value("apps"));
    const route = table.value("route") ?? [];
    const list = Array.isArray(route) ? route : [route];
    if (list.length === 0)
        throw table.wrong("route", "is missing");
    const routes = list.map((one, at) => readRoute(one, `route[${at}]`, apps));
    const timeout = milliseconds(table.text("timeout") ?? "5 s");
    if (timeout === undefined)
        throw table.wrong("timeout", "is a time such as `5 s`");
    const validation = table.text("validate") ?? "feed";
    if (validation !== "feed" && validation !== "introspection")
        throw table.wrong("validate", "is `feed` or `introspection`");
    return { issuer, apps, routes, timeout, validation };
}
const ALONE = ["listen", "admin_listen", "store", "bus", "master_key", "tls", "issuer", "route"];
export function fromToml(text) {
    let file;
    try {
        file = parse(text);
    }
    catch (error) {
        throw new ConfigurationError("configuration", `is not TOML: ${error.message.split("\n", 1)[0]}`);
    }
    const table = "gateway" in file ? new Table(file["gateway"], "gateway", ALONE) : new Table(file, "", ALONE);
    const route = table.value("route");
    if (!Array.isArray(route))
        throw table.wrong("route", "is missing");
    const issuer = table.text("issuer");
    return { route: route, ...(issuer === undefined ? {} : { issuer }) };
}

export const BRIDGE_VERSION = 1;
export const ID = /^[!-~]{1,64}$/;
export const SCOPE = /^(?=.{1,4096}$)[!#-[\]-~]+( [!#-[\]-~]+)*$/;
export const APP_ID = /^(?=.{1,255}$)[\w-]+(\.[\w-]+)+$/;
export const THEME = /^[a-z][a-z\d-]{0,31}$/;
export const LOCALE = /^(?=.{1,35}$)[a-z]{2,8}(-[a-z\d]{1,8})*$/i;
export const PATH = /^(?!\/\/|[a-z][a-z\d+.-]*:)[^\0- \\\x7f]{0,2048}$/i;
export const PURPOSE = /^phone$/;
export function read(shapes, data) {
    const given = { ...data };
    const type = given["type"];
    const shape = shapes.get(type);
    if (!shape || given["portico"] !== BRIDGE_VERSION)
        return null;
    const known = { portico: BRIDGE_VERSION, type };
    for (const [name, pattern] of Object.entries(shape)) {
        const field = name.replace("?", "");
        const value = given[field];
        if (value === undefined && field !== name)
            continue;
        if (typeof value !== (field === "expiresIn" ? "number" : "string") || !pattern.test(value))
            return null;
        known[field] = value;
    }
    return known;
}

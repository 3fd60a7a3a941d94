export function scopes(list) {
    return [...new Set(list.split(" ").filter((scope) => scope !== ""))];
}
export function union(list, more) {
    return scopes(`${list} ${more}`).join(" ");
}
export function without(list, removed) {
    const gone = scopes(removed);
    return scopes(list)
        .filter((scope) => !gone.includes(scope))
        .join(" ");
}
export function covers(list, wanted) {
    return without(wanted, list) === "";
}

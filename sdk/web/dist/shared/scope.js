export function without(list, removed) {
    const gone = removed.split(" ");
    return list
        .split(" ")
        .filter((scope) => scope && !gone.includes(scope))
        .join(" ");
}
export const union = (list, more) => `${list} ${without(more, list)}`.trim();
export const covers = (list, wanted) => !without(wanted, list);

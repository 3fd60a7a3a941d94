export function eventParser(id) {
    let rest = "";
    return (piece) => {
        const blocks = (rest + piece).split("\n\n");
        rest = blocks.pop();
        return blocks.map((block) => {
            const field = (name) => `\n${block}`.match(`\n${name}: ?(.*)`)?.[1] ?? "";
            id = field("id") || id;
            return { id, event: field("event"), data: field("data") };
        });
    };
}

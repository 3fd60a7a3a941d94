// The messages of the bridge, at the host's end, against the vectors that every SDK shares.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Page, parseText } from "../../src/host/page";
import { parseHostMessage } from "../../src/messages/messages";

interface Case {
  readonly name: string;
  readonly message?: unknown;
  readonly text?: string;
  readonly repeat?: { readonly before: string; readonly text: string; readonly times: number };
}
interface Vectors {
  readonly direction?: string;
  readonly valid?: readonly Case[];
  readonly invalid: readonly Case[];
}

const folder = join(__dirname, "../../../vectors");
const read = (path: string) => JSON.parse(readFileSync(join(folder, path), "utf8")) as Vectors;

/** What a host makes of a text from its page. */
function heard(text: string): unknown[] {
  const messages: unknown[] = [];
  const page = new Page({ post: () => {} }, "c", ["https://taxi.example"], (message) => messages.push(message));
  const say = (line: string) => page.hear({ channel: "c", document: 1, origin: "https://taxi.example", text: line });
  say('{"portico":1,"type":"ready"}');
  messages.length = 0;
  say(text);
  return messages;
}

describe.each(readdirSync(join(folder, "bridge")))("bridge/%s", (file) => {
  const { direction, valid = [], invalid } = read(join("bridge", file));

  for (const { name, message } of valid) {
    test(`${name}: heard where it is meant for`, () => {
      const [mine, other] = [heard(JSON.stringify(message)), parseHostMessage(message)];
      const [there, here] = direction === "mini_program_to_host" ? [mine[0], other] : [other, mine[0] ?? null];
      // What is heard is what was said, but for fields of a later version.
      expect(message).toEqual(expect.objectContaining(there as object));
      expect(here).toBeNull();
    });
  }

  for (const { name, message } of invalid) {
    test(`${name}: dropped`, () => {
      expect(heard(JSON.stringify(message) ?? "")).toEqual([]);
      expect(parseHostMessage(message)).toBeNull();
    });
  }
});

describe("webview/text.json", () => {
  const { valid = [], invalid } = read("webview/text.json");
  const textOf = ({ text, repeat }: Case) => text ?? (repeat ? repeat.before + repeat.text.repeat(repeat.times) : "");

  test.each(valid.map((c) => [c.name, c] as const))("%s holds a message", (_, c) => {
    expect(parseText(textOf(c))).toEqual(c.message);
  });

  test.each(invalid.map((c) => [c.name, c] as const))("%s holds none", (_, c) => {
    expect(parseText(textOf(c))).toBeNull();
  });
});

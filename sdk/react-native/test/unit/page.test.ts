import { Page } from "../../src/host/page";

const ORIGIN = "https://taxi.example";
const READY = '{"portico":1,"type":"ready"}';
const RENEW = '{"portico":1,"type":"renew","id":"1"}';

function page() {
  const posted: [number, string][] = [];
  const heard: string[] = [];
  const native = { post: (_: string, document: number, text: string) => void posted.push([document, text]) };
  const it = new Page(native, "c", [ORIGIN], (message) => heard.push(message.type));
  const say = (document: number, text: string, origin = ORIGIN) => it.hear({ channel: "c", document, origin, text });
  return { page: it, posted, heard, say };
}

test("a document is heard once it has said ready", () => {
  const { say, heard } = page();
  say(1, RENEW);
  expect(heard).toEqual([]);
  say(1, READY);
  say(1, RENEW);
  expect(heard).toEqual(["ready", "renew"]);
});

test("another origin is not heard, however it looks", () => {
  const { say, heard } = page();
  for (const origin of [
    "https://taxi.example.evil.example",
    "http://taxi.example",
    "https://taxi.example:444",
    "null",
    "*",
    "",
  ])
    say(1, READY, origin);
  expect(heard).toEqual([]);
});

test("a document that is gone gets nothing, and is not heard any more", () => {
  const { page: it, say, posted, heard } = page();
  say(1, READY);
  const before = it.document;
  it.gone(1);
  it.send(before, "theme_changed", { theme: "dark" });
  say(1, RENEW);
  expect(posted).toEqual([]);
  expect(heard).toEqual(["ready"]);
});

test("what was asked by one document is not answered to the next", () => {
  const { page: it, say, posted } = page();
  say(1, READY);
  const before = it.document;
  say(2, READY);
  it.send(before, "theme_changed", { theme: "dark" });
  it.send(it.document, "theme_changed", { theme: "light" });
  expect(posted).toEqual([[2, '{"portico":1,"type":"theme_changed","theme":"light"}']]);
  say(1, READY);
  expect(it.document.number).toBe(2);
});

test("a document that has not said ready is told nothing", () => {
  const { page: it, say, posted } = page();
  say(1, RENEW);
  it.send(it.document, "theme_changed", { theme: "dark" });
  expect(posted).toEqual([]);
});

import { form, query, withQuery } from "../../src/net/form";
import { textClaim, unverifiedClaims } from "../../src/net/jwt";
import { originOf } from "../../src/net/origin";
import { mayNavigate } from "../../src/view/navigation";
import { jwt } from "../support/portico";

test.each([
  ["https://taxi.example", "https://taxi.example"],
  ["https://taxi.example:443/x?y#z", "https://taxi.example"],
  ["HTTPS://Taxi.Example/", "https://taxi.example"],
  ["https://taxi.example:8443?x", "https://taxi.example:8443"],
  ["http://localhost:3000/", "http://localhost:3000"],
  ["http://127.0.0.1:80/", "http://127.0.0.1"],
  ["http://[::1]:5/", "http://[::1]:5"],
])("%s is at %s, as browsers have it too", (url, origin) => {
  expect(originOf(url)).toBe(origin);
  expect(new URL(url).origin).toBe(origin);
});

test.each([
  "http://taxi.example/",
  "https://user@taxi.example/",
  "https://taxi.example@evil.example/",
  "https://taxi.example\\@evil.example/",
  "https://taxi.example\\.evil.example/",
  "https:/taxi.example/",
  "https:taxi.example",
  "https://taxi.example:99999/",
  "https://taxi%2eexample/",
  "https://täxi.example/",
  "https://*.example/",
  "https://taxi.example\t/",
  " https://taxi.example/",
  "https://",
  "//taxi.example/",
  "javascript:alert(1)//https://taxi.example/",
  "data:text/html,https://taxi.example/",
  "about:blank",
  "intent://taxi.example/#Intent;scheme=https;end",
  "null",
  "*",
  "",
])("%j is at no origin that is trusted", (url) => {
  expect(originOf(url)).toBeNull();
});

test("a page goes nowhere but to its own origins, and frames inside it anywhere", () => {
  const origins = ["https://taxi.example", "https://pay.taxi.example"];
  expect(mayNavigate(origins, { url: "https://pay.taxi.example/x" })).toBe(true);
  expect(mayNavigate(origins, { url: "https://evil.example/", isTopFrame: true })).toBe(false);
  expect(mayNavigate(origins, { url: "about:blank" })).toBe(false);
  expect(mayNavigate(origins, { url: "https://map.example/", isTopFrame: false })).toBe(true);
});

test("a form and a query say what URLSearchParams would", () => {
  const fields = { a: "1 + 1", "b&": "é/=?", c: "it's (so)*!", d: "" };
  expect(form({ ...fields, no: undefined })).toBe(
    new URLSearchParams(fields).toString().replaceAll("+", "%20").replaceAll("*", "%2A"),
  );
  expect(Object.fromEntries(query(withQuery("https://x.example/?e=f", fields)))).toEqual({ e: "f", ...fields });
});

test("of a field that is not well-formed nothing is read, and of two of one name the first", () => {
  expect([...query("com.example:/back?code=%zz&state=a+b&state=c&=d#iss=e")]).toEqual([["state", "a b"]]);
});

test("claims are read in any language, and what is no JWT has none", () => {
  expect(unverifiedClaims(jwt({ sub: "Ζωή 🚕" }))).toEqual({ sub: "Ζωή 🚕" });
  for (const bad of ["", "a.b.c", "x", "e30", "..", jwt([])]) expect(textClaim(unverifiedClaims(bad), "sub")).toBe("");
});

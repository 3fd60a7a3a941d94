import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { project, RESOLUTIONS } from "../../../../tests/support/packed.mjs";

let shop;
before(() => (shop = project(new URL("../../", import.meta.url))));
after(() => shop?.remove());

const PROGRAM = `
import { createPortico, type Validated } from "@portico/node";
import { requireScopes } from "@portico/node/express";

const portico = createPortico({ issuer: "https://id.example", clientId: "org.example.taxi", clientSecret: "s" });
export const guard = requireScopes(portico, "profile.basic");
export const who = async (header: string): Promise<string> => {
  const caller: Validated = await portico.authorize(header);
  // @ts-expect-error There is no such thing, which is known only where the types were found.
  caller.nobody;
  return caller.userId;
};
`;

for (const options of RESOLUTIONS) {
  test(`a program of the packed package finds the types of every entry by ${options.join(" ")}`, () => {
    const all = shop.entries.map((entry, i) => `export * as entry${i} from "${entry}";\n`);
    const lib = ["--lib", "ES2023,DOM", "--target", "ES2022", "--skipLibCheck", "--types", "node"];
    assert.equal(shop.complaints(PROGRAM + all.join(""), ...lib, ...options), "");
  });
}

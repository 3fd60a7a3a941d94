import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { project, RESOLUTIONS } from "../../../../tests/support/packed.mjs";

let shell;
before(() => (shell = project(new URL("../../", import.meta.url))));
after(() => shell?.remove());

const PROGRAM = `
import { decide, read, type ConsentPermission, type ConsentQuestion } from "@portico/web/consent";
import { PorticoHost } from "@portico/web/host";

const sentence = ({ title, description, reason, required, sensitive }: ConsentPermission): string =>
  [title, description, reason, required ? "needed" : "", sensitive ? "!" : ""].join(" ");

export const host: PorticoHost = new PorticoHost({
  issuer: "https://id.example",
  clientId: "super-app",
  redirectUri: "https://app.example/",
  onConsentRequired: async ({ request }) => {
    const question: ConsentQuestion = await read(host, request);
    const { app, permissions } = question;
    console.log(app.name.trim(), app.developer.trim(), app.icons.map(({ src }) => src.trim()), permissions.map(sentence));
    const missing = permissions.filter(({ decision }) => decision !== "granted");
    // @ts-expect-error There is no such thing, which is known only where the types were found.
    question.nobody;
    await decide(host, request, { granted: missing.map(({ scope }) => scope), refused: [] });
  },
});
`;

for (const options of RESOLUTIONS) {
  test(`a page of the packed package finds the types of every entry by ${options.join(" ")}`, () => {
    const all = shell.entries.map((entry, i) => `export * as entry${i} from "${entry}";\n`);
    const lib = ["--lib", "ES2022,DOM,DOM.Iterable", "--target", "ES2022"];
    assert.equal(shell.complaints(PROGRAM + all.join(""), ...lib, ...options), "");
  });
}

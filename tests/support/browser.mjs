// Debian's Chromium, and an ear for everything that a page complains about.

import assert from "node:assert/strict";
import { chromium } from "playwright-core";

export const launch = () =>
  chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage", "--force-color-profile=srgb"],
  });

/** Collects console errors, exceptions and documents without a policy, of every page and frame of a context. */
export function listen(context) {
  const complaints = [];
  const documents = [];
  const attend = (page) => {
    page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error}`));
    page.on("console", (message) => {
      if (message.type() === "error" || /Content.Security.Policy/.test(message.text())) {
        complaints.push(`${message.location().url}: ${message.text()}`);
      }
    });
    page.on("response", (response) => {
      const type = response.headers()["content-type"] ?? "";
      if (response.request().isNavigationRequest() && type.startsWith("text/html")) documents.push(response);
    });
  };
  context.on("page", attend);
  return {
    documents,
    /** A page that is refused on purpose is an error to the console too. */
    forgive: (pattern) => {
      const kept = complaints.filter((complaint) => !pattern.test(complaint));
      complaints.splice(0, complaints.length, ...kept);
    },
    /** Fails with everything that was complained about so far. */
    assertSilent: () => assert.deepEqual(complaints, []),
  };
}

/** The directives of a document's Content-Security-Policy. */
export function policyOf(response) {
  const header = response.headers()["content-security-policy"];
  assert.ok(header, `${response.url()} has no Content-Security-Policy`);
  const directives = header.split(";").map((directive) => directive.trim().split(/\s+/));
  return new Map(directives.map(([name, ...values]) => [name, values]));
}

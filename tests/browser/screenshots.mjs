// Photographs the demo for the README: node browser/screenshots.mjs FOLDER

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { launch } from "../support/browser.mjs";
import { demo } from "../support/portico.mjs";
import { Everyday } from "../support/everyday.mjs";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node browser/screenshots.mjs FOLDER");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const SIZES = {
  desktop: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1.5 },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 },
};

/** One walk through a fresh demo, where everything is still to be asked. */
async function photograph(browser, size, colorScheme) {
  const portico = await demo();
  const context = await browser.newContext({
    ...SIZES[size], colorScheme, locale: "en-GB", reducedMotion: "reduce",
  });
  try {
    const page = await context.newPage();
    const everyday = new Everyday(page, portico.url);
    const picture = async (name) => {
      const file = `${name}-${size}-${colorScheme}.png`;
      await page.screenshot({ path: join(folder, file), animations: "disabled" });
      console.log(file);
    };
    await everyday.signIn();
    await everyday.choose("taxi");
    await everyday.consentPage().waitFor();
    await picture("consent");
    await everyday.allow();
    await everyday.live("taxi");
    await everyday.open("shop");
    await everyday.open("taxi");
    await picture("shell");
    if (size === "phone") return;
    await everyday.signOut();
    await everyday.frame("shop").getByRole("alert").waitFor();
    await picture("signed-out");
  } finally {
    await context.close();
    await portico.stop();
  }
}

const browser = await launch();
try {
  for (const size of Object.keys(SIZES)) {
    for (const colorScheme of ["light", "dark"]) await photograph(browser, size, colorScheme);
  }
} finally {
  await browser.close();
}

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

const SIZES = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const portico = await demo();
const browser = await launch();
try {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"]) {
      const context = await browser.newContext({
        viewport, colorScheme, deviceScaleFactor: 2, locale: "en-GB", reducedMotion: "reduce",
      });
      const page = await context.newPage();
      const picture = async (name) => {
        await page.screenshot({ path: join(folder, `${name}-${size}-${colorScheme}.png`), animations: "disabled" });
        console.log(`${name}-${size}-${colorScheme}.png`);
      };
      const everyday = new Everyday(page, portico.url);
      await everyday.signIn();
      await everyday.choose("taxi");
      await everyday.consentPage().waitFor();
      await picture("consent");
      await everyday.allow();
      await everyday.live("taxi");
      await everyday.open("shop");
      await everyday.live("shop");
      await everyday.front("taxi");
      await picture("shell");
      await everyday.home();
      await picture("home");
      await everyday.signOut();
      await picture("signed-out");
      await context.close();
    }
  }
} finally {
  await browser.close();
  await portico.stop();
}

// Photographs every page in every language, theme and size: node browser/page-pictures.mjs FOLDER

import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { launch } from "../support/browser.mjs";
import { walk } from "../support/pages.mjs";
import { house } from "../support/people.mjs";

const folder = process.argv[2];
if (!folder) {
  console.error("usage: node browser/page-pictures.mjs FOLDER");
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const SIZES = {
  phone: { viewport: { width: 360, height: 740 }, deviceScaleFactor: 1.5 },
  desktop: { viewport: { width: 1440, height: 900 }, deviceScaleFactor: 1 },
};

const portico = await house();
const browser = await launch();
try {
  for (const locale of ["en", "zh-CN", "ru"]) {
    for (const colorScheme of ["light", "dark"]) {
      for (const [size, measures] of Object.entries(SIZES)) {
        const context = await browser.newContext({ ...measures, colorScheme, locale, reducedMotion: "reduce" });
        const page = await context.newPage();
        await walk(page, portico, async (name) => {
          const file = `${name}-${locale}-${size}-${colorScheme}.png`;
          await page.screenshot({ path: join(folder, file), animations: "disabled", fullPage: true });
          console.log(file);
        });
        await context.close();
      }
    }
  }
} finally {
  await browser.close();
  await portico.stop();
}

import { createHash } from "node:crypto";
import { markup, Markup } from "../markup";
import type { StackReport } from "../model";
import { migrations } from "./migrations";
import { nextSteps } from "./next-steps";
import { places } from "./places";
import { rights } from "./rights";
import { PAGE_SCRIPT } from "./script";
import { PAGE_STYLE } from "./style";
import { summary } from "./summary";

const sha256 = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** Nothing may be loaded, sent or run but what stands in the file. */
const POLICY = [
  "default-src 'none'",
  `style-src ${sha256(PAGE_STYLE)}`,
  `script-src ${sha256(PAGE_SCRIPT)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

/** A stack's report: one HTML file that needs nothing else, on a screen, on paper and read aloud. */
export function renderReport(report: StackReport): string {
  return markup`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${new Markup(POLICY)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="generator" content="Rehome" />
        <title>${report.stack}: where the data lives</title>
        <style>${new Markup(PAGE_STYLE)}</style>
      </head>
      <body>
        <a class="skip" href="#places">Skip to the content</a>
        ${summary(report)}
        <nav aria-label="On this page">
          <ul>
            <li><a href="#places">Where the data lives</a></li>
            <li><a href="#next">What next, and how to go back</a></li>
            <li><a href="#migrations">Migrations</a></li>
            <li><a href="#rights">Roles and rights</a></li>
          </ul>
        </nav>
        <main>${places(report)} ${nextSteps(report)} ${migrations(report)} ${rights(report.rights)}</main>
        <footer>
          <p>Counts and hashes were made inside the servers. Times are UTC. This file needs no network.</p>
        </footer>
        <script>${new Markup(PAGE_SCRIPT)}</script>
      </body>
    </html>
    `.text;
}

import console from "node:console";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { format, resolveConfig } from "prettier";
import { jsonSchema } from "./dist/index.js";
import { args } from "./generate/args.mjs";
import { reference } from "./generate/reference.mjs";

/**
 * Writes what is made from the schema: schema.json, which editors complete stack files from, the types of its
 * arguments, and the reference. Run by `npm run schema`. With --check it writes nothing and names what is stale.
 */
const schema = jsonSchema();
const made = [
  ["schema.json", JSON.stringify(schema, undefined, 2)],
  ["src/args.ts", args(schema)],
  ["../docs/reference.md", reference(schema)],
];

const stale = [];
for (const [name, text] of made) {
  const path = join(import.meta.dirname, name);
  const formatted = await format(text, { ...(await resolveConfig(path)), filepath: path });
  if (!process.argv.includes("--check")) writeFileSync(path, formatted);
  else if (readFileSync(path, "utf8") !== formatted) stale.push(name);
}
if (stale.length > 0) {
  console.error(`${stale.join(", ")}: stale; run npm run schema -w @rehome/topology`);
  process.exitCode = 1;
}

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonSchema } from "./dist/index.js";

/** Writes schema.json, which editors complete stack files from. Run by `npm run schema`. */
writeFileSync(join(import.meta.dirname, "schema.json"), JSON.stringify(jsonSchema(), undefined, 2));

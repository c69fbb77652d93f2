import { didYouMean } from "../nearest";
import { quoted } from "../quoted";
import { CLOUD_SQL_FLAGS, CLOUD_SQL_LIBRARIES, type Flag } from "./cloudsql-flags";
import { inUnit } from "./units";

/** A parameter that a platform does not take, and what to write instead. */
export interface ParameterProblem {
  readonly name: string;
  readonly message: string;
}

/** Parameters as a platform takes them. */
export interface PlatformParameters {
  readonly parameters: Readonly<Record<string, string>>;
  readonly problems: readonly ParameterProblem[];
}

/** One parameter of the file, as the platform's own: none, one or several. */
type Translated = { readonly set: Readonly<Record<string, string>> } | { readonly trouble: string };

const LARGEST = 2_147_483_647;
const TRUE = /^(on|true|yes|t|y|1|tr|tru|ye)$/i;
const FALSE = /^(off|false|no|f|n|0|of|fa|fal|fals)$/i;

const numberOf = (value: string, { type, unit }: Flag): string | { readonly trouble: string } => {
  const { value: number, trouble } = inUnit(value, unit);
  if (trouble !== undefined) return { trouble };
  if (type === "float") return String(number);
  const whole = Math.round(number); // as PostgreSQL does
  if (Math.abs(whole) <= LARGEST) return String(whole);
  return { trouble: `${quoted(value)} is more than PostgreSQL takes` };
};

const valueOf = (value: string, flag: Flag): string | { readonly trouble: string } => {
  switch (flag.type) {
    case "integer":
    case "float":
      return numberOf(value, flag);
    case "boolean":
      if (TRUE.test(value.trim())) return "on";
      if (FALSE.test(value.trim())) return "off";
      return { trouble: `${quoted(value)} is neither on nor off` };
    case "text":
      return value;
  }
};

/** Cloud SQL decides about the WAL by a flag of its own. */
const walLevel = (value: string): Translated => {
  switch (value.trim().toLowerCase()) {
    case "logical":
      return { set: { "cloudsql.logical_decoding": "on" } };
    case "replica":
      return { set: { "cloudsql.logical_decoding": "off" } };
    default:
      return { trouble: "Cloud SQL has wal_level replica or logical; write one of them" };
  }
};

const libraries = (value: string): Translated => {
  const named = value
    .split(",")
    .map((name) => name.trim().replace(/^"(.*)"$/, "$1"))
    .filter((name) => name !== "");
  const unknown = named.find((name) => !CLOUD_SQL_LIBRARIES.has(name));
  if (unknown !== undefined) {
    const all = [...CLOUD_SQL_LIBRARIES.keys()].join(", ");
    return { trouble: `Cloud SQL cannot load ${quoted(unknown)}; libraries: ${all}` };
  }
  const flags = named.flatMap((name) => CLOUD_SQL_LIBRARIES.get(name) ?? []);
  return { set: Object.fromEntries(flags.map((name) => [name, "on"])) };
};

const translate = (name: string, value: string): Translated => {
  if (name === "wal_level") return walLevel(value);
  if (name === "shared_preload_libraries") return libraries(value);
  const flag = CLOUD_SQL_FLAGS.get(name);
  if (flag === undefined) {
    const near = didYouMean(name, [...CLOUD_SQL_FLAGS.keys()]);
    const instead = "leave it out, or write it in a service's settings where it is one of a session";
    return { trouble: `is no flag of Cloud SQL; ${instead}.${near}` };
  }
  const given = valueOf(value, flag);
  return typeof given === "string" ? { set: { [name]: given } } : given;
};

/**
 * Parameters of `postgresql.conf` as flags of Cloud SQL: numbers without a unit, in PostgreSQL's own (work_mem: 8MB is
 * 8192 kB, shared_buffers: 512MB is 65536 pages); booleans as on and off; `wal_level` and `shared_preload_libraries` as
 * the flags that stand for them. `cloudsql.*` flags are taken as they are.
 */
export const cloudSqlFlags = (given: Readonly<Record<string, string>>): PlatformParameters => {
  const parameters: Record<string, string> = {};
  const problems: ParameterProblem[] = [];
  const from = new Map<string, string>();
  for (const [written, value] of Object.entries(given)) {
    const translated = translate(written.toLowerCase(), value);
    if ("trouble" in translated) {
      problems.push({ name: written, message: translated.trouble });
      continue;
    }
    for (const [flag, text] of Object.entries(translated.set)) {
      const other = from.get(flag);
      if (other !== undefined && parameters[flag] !== text) {
        const message = `sets ${flag} to ${text}, and ${other} sets it to ${String(parameters[flag])}; leave one out`;
        problems.push({ name: written, message });
      }
      parameters[flag] = text;
      from.set(flag, written);
    }
  }
  return { parameters, problems };
};

/** What a `cloudsql.*` flag is called where there is a `postgresql.conf`. */
const elsewhere = (flag: string): string => {
  if (flag === "cloudsql.logical_decoding") return "; write wal_level: logical";
  const library = [...CLOUD_SQL_LIBRARIES].find(([, own]) => own === flag)?.[0];
  return library === undefined ? "; leave it out" : `; write shared_preload_libraries: ${library}`;
};

/** What a server with a `postgresql.conf` of its own does not take: Google's flags. */
export const serverParameterProblems = (given: Readonly<Record<string, string>>): ParameterProblem[] =>
  Object.keys(given)
    .filter((name) => name.toLowerCase().startsWith("cloudsql."))
    .map((name) => ({ name, message: `is a flag of Cloud SQL${elsewhere(name.toLowerCase())}` }));

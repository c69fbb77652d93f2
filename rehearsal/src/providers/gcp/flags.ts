import type { Failure } from "../provider";
import type { Values } from "../../wire/values";
import { objects, text } from "../stand-in";

const WITH_UNIT = /^\s*[+-]?[\d.]+\s*(B|kB|MB|GB|TB|us|ms|s|min|h|d)\s*$/;

/** Extensions that a server here may not have; Google records their parameters with the instance. */
const RECORDED = /^(auto_explain|cron|pg_bigm|pg_hint_plan|pg_stat_statements|pgaudit|pglogical)\./;

/** What Google refuses of an instance's flags. */
export const flagFailures = (settings: Values): Failure[] =>
  objects(settings["databaseFlags"]).flatMap(({ name, value }) => {
    if (!WITH_UNIT.test(text(value))) return [];
    const reason = `Invalid value for flag ${text(name)}: ${JSON.stringify(value)}: a number without a unit is asked for.`;
    return [{ property: "settings.databaseFlags", reason }];
  });

/** The parameters of the server that stands for an instance. */
export const parametersOf = (settings: Values): Record<string, string> => {
  const flags = objects(settings["databaseFlags"]).map(
    ({ name, value }) => [text(name), text(value)] as const,
  );
  const decoding = flags.some(([name, value]) => name === "cloudsql.logical_decoding" && value === "on");
  const own = flags.filter(([name]) => !name.startsWith("cloudsql.") && !RECORDED.test(name));
  return { wal_level: decoding ? "logical" : "replica", ...Object.fromEntries(own) };
};

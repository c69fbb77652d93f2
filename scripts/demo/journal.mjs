// The proof, read from the journal that the engine keeps in the new home.
import { sql } from "./sql.mjs";
import { check, table } from "./tell.mjs";

const LATEST = `
  SELECT DISTINCT ON (m.dataset) m.dataset, m.source AS "from", m.state, m.clean,
    round(extract(epoch FROM m.switched_at - m.fenced_at)::numeric, 2)::float8 AS fenced,
    (SELECT count(*)::int FROM rehome.verified_table v WHERE v.migration = m.id) AS tables,
    (SELECT coalesce(sum(v.target_rows), 0)::float8 FROM rehome.verified_table v WHERE v.migration = m.id) AS rows,
    (SELECT count(*)::int FROM rehome.verified_table v WHERE v.migration = m.id
      AND (NOT v.equal OR v.source_hash <> v.target_hash OR v.source_rows <> v.target_rows)) AS different
  FROM rehome.migration m ORDER BY m.dataset, m.started_at DESC`;

/** The latest migration of each dataset into a database. */
export const latest = (login) => sql(login, LATEST);

/** Prints the verification of what came into these databases, and checks that it is clean. Gives the number of rows. */
export const showVerification = async (logins, datasets) => {
  const found = (await Promise.all(logins.map(latest))).flat();
  table(
    found.map(({ dataset, from, tables, rows, clean, different, fenced }) => {
      const verified = clean && different === 0 ? "equal" : `${different} different`;
      return { dataset, from, tables, rows, "count and hash": verified, "fenced, s": fenced };
    }),
  );
  const clean = found.filter((row) => row.clean === true && row.different === 0 && row.tables > 0);
  check(
    clean.length === datasets,
    `${datasets} datasets moved; every table's count and hash are those of its source`,
  );
  return found.reduce((sum, { rows }) => sum + rows, 0);
};

/** Checks that the journal says of every dataset that it is done with its old home. */
export const checkRetired = async (login) => {
  const states = [...new Set((await latest(login)).map(({ state }) => state))];
  check(states.join() === "retired", "the journal closes every migration", `states: ${states.join()}`);
};

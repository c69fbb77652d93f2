// hexabuilders: four schemas of one development server become an instance each.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadWorld } from "@rehome/example-data";
import { showVerification } from "./journal.mjs";
import { sql } from "./sql.mjs";
import { check, headline, say } from "./tell.mjs";
import { STACK, copyExample, difference, edit, placement, startLegacy } from "./workshop.mjs";

const INSTANCES = {
  partner: { database: "partner_management", table: "partners" },
  onboarding: { database: "onboarding", table: "contracts" },
  recruitment: { database: "recruitment", table: "candidates" },
  campaign: { database: "campaign_management", table: "campaigns" },
};

const loadDev = async (runner, scale) => {
  headline("hexabuilders in development: four services, a schema each, on one server that Rehome runs", "Their data comes from a server that was there before, by the same means; that one is given up at once."); // prettier-ignore
  const legacy = await startLegacy("hexabuilders-legacy");
  const { rows } = await loadWorld({ world: "hexabuilders", server: legacy, scale });
  say(`  PostgreSQL ${legacy.version} on port ${legacy.port}: ${rows.toLocaleString("en-US")} rows.`);
  const folder = copyExample("hexabuilders");
  const program = runner.on(folder, { LEGACY_PASSWORD: legacy.password });
  const step = (name) => placement(folder, name, legacy.port);
  const up = async (name) => {
    edit(folder, step(name));
    await program.up();
  };
  edit(folder, step("1-from-legacy"));
  await program.begin();
  await up("1-from-legacy");
  await up("2-dev");
  return { folder, program, step, up };
};

const split = async ({ folder, program, step, up }) => {
  headline("Production: an instance for each service. Of campaign:");
  say(...difference("campaign", step("2-dev"), step("3-split")).map((line) => `  ${line}`));
  edit(folder, step("3-split"));
  await up("3-split");
  const admins = [];
  for (const [service, { database }] of Object.entries(INSTANCES))
    admins.push({ ...(await program.administrator(`${service}-db-instance`)), database });
  const rows = await showVerification(admins, admins.length);
  const { connections } = await program.outputs();
  const ports = new Set(Object.values(connections).map(({ port }) => port));
  check(
    ports.size === admins.length,
    `each service has a server of its own (ports ${[...ports].join(", ")})`,
  );
  for (const [service, { table }] of Object.entries(INSTANCES)) {
    const [{ n }] = await sql(connections[service], `SELECT count(*)::int AS n FROM ${table}`);
    check(n > 0, `${connections[service].user} finds its ${n} ${table}`);
  }
  return rows;
};

const giveUp = async ({ folder, up }) => {
  headline("The shared server is given up", "First every `formerly`, then, empty, the host itself.");
  await up("4-retired");
  await up("5-without-shared");
  const shared = join(folder, ".rehome", "hexabuilders", STACK, "shared");
  check(!existsSync(shared), "the shared server and its directory are gone");
};

/** The second world. Gives what the summary says of it. */
export const hexabuilders = async (runner, scale) => {
  const world = await loadDev(runner, scale);
  const rows = await split(world);
  await giveUp(world);
  return `hexabuilders: four schemas of one server are an instance each; ${rows.toLocaleString("en-US")} rows, verified.`;
};

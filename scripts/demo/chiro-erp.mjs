// chiro_erp: eight legacy databases become eight schemas of one.
import { loadWorld } from "@rehome/example-data";
import { checkRetired, showVerification } from "./journal.mjs";
import { fingerprint, refused, sql } from "./sql.mjs";
import { check, headline, say } from "./tell.mjs";
import { copyExample, difference, edit, placement, startLegacy } from "./workshop.mjs";

const SERVICES = ["core", "analytics", "commerce", "crm", "finance", "logistics", "operations", "supply"];

/** What every step of this world needs. */
const open = async (runner, scale) => {
  headline(
    "chiro_erp as it is: eight services, a database each, on one server",
    "A throwaway PostgreSQL server stands for the one that was there before; it holds Keycloak's database, too.",
  );
  const legacy = await startLegacy("legacy");
  const { rows, databases, passwords } = await loadWorld({ world: "chiro-erp", server: legacy, scale });
  say(`  PostgreSQL ${legacy.version} on port ${legacy.port}: ${databases.length} databases, ${rows.toLocaleString("en-US")} rows.`); // prettier-ignore
  const secrets = SERVICES.map((name) => [`${name.toUpperCase()}_PASSWORD`, passwords[`${name}_user`]]);
  const folder = copyExample("chiro-erp");
  const program = runner.on(folder, { LEGACY_PASSWORD: legacy.password, ...Object.fromEntries(secrets) });
  const step = (name) => placement(folder, name, legacy.port);
  const old = (database, user) => ({ ...legacy, database, ...(user && { user, password: passwords[user] }) });
  return { folder, program, step, old };
};

const adopt = async ({ folder, program, step }) => {
  headline(
    "The stack file says where each service's data lives",
    "`home` is where it is now: `up` moves nothing.",
  );
  edit(folder, step("1-adopted"));
  await program.begin();
  await program.up();
};

const consolidate = async ({ folder, program, step, old }) => {
  headline(
    "The edit: home becomes a schema of one shared database",
    "`formerly` names the home before. Of crm:",
  );
  say(...difference("crm", step("1-adopted"), step("2-consolidated")).map((line) => `  ${line}`));
  edit(folder, step("2-consolidated"));
  headline("The preview is the plan", "Tables, bytes and the expected fence are read from the server; nothing is touched."); // prettier-ignore
  await program.preview();
  headline("`up` carries it out", "New home, copy under the fence, verification, hand-out: eight services.");
  const keycloak = await fingerprint(old("keycloak"));
  await program.up();
  const admin = { ...(await program.administrator("shared")), database: "chiro_erp" };
  headline("The verification, from the journal in the new database");
  const rows = await showVerification([admin], SERVICES.length);
  check(keycloak === (await fingerprint(old("keycloak"))), "Keycloak's database was left alone");
  return { admin, rows };
};

const isolation = async ({ program, old }) => {
  headline(
    "Each service has its schema and no other",
    "As core_user, with the connection that the stack handed out:",
  );
  const { core } = (await program.outputs()).connections;
  const [{ n }] = await sql(core, "SELECT count(*)::int AS n FROM tenants");
  check(n > 0, `SELECT count(*) FROM tenants, without a schema's name, finds its ${n} rows`);
  await refused("reading crm_schema is refused", core, "SELECT * FROM crm_schema.contacts");
  await refused("creating in crm_schema is refused", core, "CREATE TABLE crm_schema.mine (id int)");
  await refused("creating in public is refused", core, "CREATE TABLE public.mine (id int)");
  for (const database of ["postgres", "template1"])
    await refused(`connecting to ${database} is refused`, { ...core, database }, "SELECT 1");
  headline("Nobody writes to the old home any more", "It stays complete, for the way back.");
  await refused("core_user is refused", old("core_db", "core_user"), "DELETE FROM public.tenants");
  await refused("so is the administrator", old("core_db"), "DELETE FROM public.tenants");
};

const ADD = "INSERT INTO accounts (name) VALUES ($1)";
const FIND = "SELECT name FROM accounts WHERE name = ANY ($1) ORDER BY name";
const [THERE, BACK] = ["Opened in the new home", "Signed on the way back"];

const backAndForward = async ({ folder, program, step }) => {
  headline(
    "crm goes back: home and formerly change places",
    "A row that crm wrote in the new home goes with it.",
  );
  say(...difference("crm", step("2-consolidated"), step("3-crm-rolled-back")).map((line) => `  ${line}`));
  const crm = async () => (await program.outputs()).connections.crm;
  const names = async () => (await sql(await crm(), FIND, [[THERE, BACK]])).map(({ name }) => name).join();
  await sql(await crm(), ADD, [THERE]);
  edit(folder, step("3-crm-rolled-back"));
  await program.up();
  check((await crm()).database === "crm_db", "the stack hands out crm's connection to crm_db");
  check((await names()) === THERE, "the row written in the new home is in the old one");
  headline("And forward again", "With a row that crm wrote while it was back.");
  await sql(await crm(), ADD, [BACK]);
  edit(folder, step("4-crm-forward-again"));
  await program.up();
  check((await crm()).database === "chiro_erp", "the stack hands out crm's connection to chiro_erp");
  check((await names()) === `${THERE},${BACK}`, "both rows are there");
};

const giveUp = async ({ folder, program, step, old }, admin) => {
  headline(
    "The old homes are retired: `formerly` is deleted",
    "Refused unless the journal holds a clean verification.",
  );
  edit(folder, step("5-retired"));
  await program.up();
  await checkRetired(admin);
  await refused(
    "on someone else's server they are left, fenced",
    old("crm_db"),
    "DELETE FROM public.accounts",
  );
};

/** The first world. Gives what the summary says of it. */
export const chiroErp = async (runner, scale) => {
  const world = await open(runner, scale);
  await adopt(world);
  const { admin, rows } = await consolidate(world);
  await isolation(world);
  await backAndForward(world);
  await giveUp(world, admin);
  return `chiro_erp: ${SERVICES.length} databases are ${SERVICES.length} schemas of one; ${rows.toLocaleString("en-US")} rows, verified.`; // prettier-ignore
};

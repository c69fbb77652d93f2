import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SERVICES, type Name } from "./hexabuilders-services";
import { contents, mentions, query, refusal, repeatedNumbers } from "./proof";
import { Journey, theRealCliTakesTheSameSteps } from "./same-steps";
import { onlyServices } from "./stack-file";
import { stage, type Connection, type Stage } from "./stage";

/** Takes these services of Hexabuilders (`onboarding` among them) from where they were to an instance each. */
export const goesTheWholeWay = (names: readonly Name[]): void => {
  let world: Stage;
  let before: Record<string, Record<string, string>>;
  const journey = new Journey("hexabuilders", () => world);
  const only = onlyServices(names);
  const up = (step: number) => journey.up((on) => on.edit(step, only));

  const instance = (name: Name): Promise<Connection> =>
    world.administrator(`${name}-db-instance`, SERVICES[name].database);

  beforeAll(async () => {
    world = await stage("hexabuilders");
    before = {};
    const legacy = { ...world.legacy.connection, database: "hexabuilders" };
    for (const name of names) before[name] = await contents(legacy, SERVICES[name].dev);
  });
  afterAll(() => world.end());

  describe("schemas of one development server", () => {
    it("come with their rows from where they were", async () => {
      await up(1);
      const shared = await world.administrator("shared", "hexabuilders");
      for (const name of names) expect(await contents(shared, SERVICES[name].dev)).toEqual(before[name]);
      await up(2);
    });
  });

  describe("split into an instance each", () => {
    beforeAll(async () => {
      await up(3);
    });

    it.each(names)("%s has the rows that its source had", async (name) => {
      expect(await contents(await instance(name), SERVICES[name].schema)).toEqual(before[name]);
    });

    it.each(names)("%s works with unqualified names and goes on numbering where it was", async (name) => {
      const connection = await world.service(name);
      expect(connection).toMatchObject({ database: SERVICES[name].database, user: `${name}_user` });
      expect(await repeatedNumbers(connection)).toEqual([]);
    });

    it.each(names)("%s names no schema of its former neighbours", async (name) => {
      const others = names.filter((other) => other !== name && other !== "partner");
      for (const other of others) {
        expect(
          await mentions(await instance(name), SERVICES[name].schema, `${name}_user`, SERVICES[other].dev),
        ).toEqual([]);
      }
    });

    it.each(names)("%s can log in nowhere else", async (name) => {
      const own = await world.service(name);
      for (const other of names.filter((one) => one !== name)) {
        const { port, database } = await world.service(other);
        expect(await refusal({ ...own, port, database }, "SELECT 1")).toBe("28P01");
      }
      expect(await refusal({ ...own, database: "postgres" }, "SELECT 1")).toBe("42501");
    });

    it.each(names)("%s rolls between its move and the end of its old connection", (name) => {
      const steps = (journey.seen.at(-1)?.outcome.steps ?? []).map(({ op, urn }) => `${op} ${urn}`);
      const places = [
        `update .*:Migration::${name}$`,
        `create-replacement .*:Secret::${name}$`,
        `update .*:Deployment::${name}$`,
        `delete-replaced .*:Secret::${name}$`,
        `delete .*:Grant::${name}_user@shared/hexabuilders$`,
      ].map((pattern) => steps.findIndex((step) => new RegExp(`^${pattern}`).test(step)));
      expect(places).not.toContain(-1);
      expect(places).toEqual([...places].sort((a, b) => a - b));
    });

    it("the old schemas stay, complete and fenced", async () => {
      const shared = await world.administrator("shared", "hexabuilders");
      for (const name of names) expect(await contents(shared, SERVICES[name].dev)).toEqual(before[name]);
      expect(await refusal(shared, "DELETE FROM onboarding.contracts")).toBe("25006");
      expect((await world.run("preview")).steps).toEqual([]);
    });
  });

  describe("the shared server, given up", () => {
    it("loses the schemas, roles and the database, and then goes itself", async () => {
      const shared = await world.administrator("shared", "postgres");
      await up(4);
      const left =
        "SELECT datname FROM pg_database WHERE datname = 'hexabuilders' UNION ALL SELECT rolname FROM pg_roles WHERE rolname LIKE '%_user'";
      expect(await query(shared, left)).toEqual([]);
      const [row] = await query<{ directory: string }>(
        shared,
        "SELECT current_setting('data_directory') AS directory",
      );
      await up(5);
      expect(existsSync(row?.directory ?? "")).toBe(false);
      for (const name of names)
        expect(await contents(await instance(name), SERVICES[name].schema)).toEqual(before[name]);
      expect((await world.run("up")).steps).toEqual([]);
    });
  });

  theRealCliTakesTheSameSteps(journey, ["kubernetes"]);
};

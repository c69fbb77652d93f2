import type { Dataset } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import {
  databaseRefusal,
  datasetRefusal,
  schemaRefusal,
  type Engine,
  type Knowledge,
} from "../../components/src/release/refusals";

const server = (port: number) => ({ host: "127.0.0.1", port, user: "postgres", password: "hidden" });
const home = { host: "new", database: "erp", schema: "core" };
const core: Dataset = { name: "core", service: "core", role: "core_user", home, startEmpty: false };
const knowledge: Knowledge = {
  datasets: [core],
  hosts: new Set(["old", "new"]),
  servers: new Map([
    ["old", server(1)],
    ["new", server(2)],
  ]),
  preview: false,
};
const engine = (tables: number, released: boolean, outside = tables): Engine => ({
  holdsTables: () => Promise.resolve(tables),
  tablesOutside: (...asked) => {
    selections.push(asked[3]);
    return Promise.resolve(outside);
  },
  concerned: () => Promise.resolve(["core", "other"]),
  arriving: () => Promise.resolve([]),
  release: () => Promise.resolve({ released, reason: "" }),
  abandon: ({ dataset, home }) => {
    abandoned.push(`${dataset} in ${home.host}`);
    return Promise.resolve();
  },
});
const abandoned: string[] = [];
const selections: unknown[] = [];

describe("a schema", () => {
  it("goes when it holds no tables", async () => {
    expect(await schemaRefusal("old/erp.core", knowledge, engine(0, false))).toBeUndefined();
  });

  it("goes when a journal releases it", async () => {
    expect(await schemaRefusal("old/erp.core", knowledge, engine(41, true))).toBeUndefined();
  });

  it("goes with the parts that have left it, unless it holds anything else", async () => {
    const part = { ...core, tables: ["contacts", "contact_*"] };
    const parts = { ...knowledge, datasets: [part, { ...part, name: "other", tables: ["deals"] }] };
    expect(await schemaRefusal("old/erp.core", parts, engine(41, true, 0))).toBeUndefined();
    expect(selections).toEqual([[["contacts", "contact_*"], ["deals"]]]);
    expect(await schemaRefusal("old/erp.core", parts, engine(41, true, 3))).toMatch(/it holds 3 tables/);
    expect(await schemaRefusal("old/erp.core", parts, engine(41, false, 3))).toMatch(/it holds 41 tables/);
  });

  it("takes the traces of a given-up move along, in an update alone", async () => {
    abandoned.length = 0;
    await schemaRefusal("old/erp.core", { ...knowledge, preview: true }, engine(0, false));
    expect(abandoned).toEqual([]);
    await schemaRefusal("old/erp.core", knowledge, engine(41, false));
    expect(abandoned).toEqual([]);
    await schemaRefusal("old/erp.core", knowledge, engine(0, false));
    expect(abandoned).toEqual(["core in new"]);
  });

  it("asks nothing of datasets that its journal does not speak of", async () => {
    abandoned.length = 0;
    const stranger = { ...engine(41, true), concerned: () => Promise.resolve(["another"]) };
    expect(await schemaRefusal("old/erp.core", knowledge, stranger)).toMatch(/holds 41 tables/);
    await schemaRefusal("old/erp.core", knowledge, { ...stranger, holdsTables: () => Promise.resolve(0) });
    expect(abandoned).toEqual([]);
  });

  describe("with a half copy of a dataset that the stack file has no more", () => {
    const adopting = (tables: number, released: boolean, givenUp = false): Engine => ({
      ...engine(tables, released),
      concerned: () => Promise.resolve(["adopted"]),
      arriving: () => Promise.resolve([{ dataset: "adopted", source: 'legacy/"a.b".core', givenUp }]),
    });
    const known: Knowledge = {
      ...knowledge,
      hosts: new Set([...knowledge.hosts, "legacy"]),
      servers: new Map([...knowledge.servers, ["legacy", server(3)]]),
    };

    it("goes when the dataset has stayed where it came from, where nothing of it is left", async () => {
      abandoned.length = 0;
      expect(await schemaRefusal("new/erp.half", known, adopting(2, true))).toBeUndefined();
      expect(await schemaRefusal("new/erp.half", known, adopting(0, false))).toBeUndefined();
      expect(abandoned).toEqual(["adopted in legacy", "adopted in legacy"]);
    });

    it("stays when it has left from there, and the engine says why", async () => {
      const refusing = {
        ...adopting(2, false),
        release: () => Promise.resolve({ released: false, reason: "It has moved here." }),
      };
      expect(await schemaRefusal("new/erp.half", known, refusing)).toMatch(
        /^It has moved here\. Or, when the data may be destroyed/,
      );
    });

    it("stays when nobody can be asked where it came from, unless it was given up and is empty", async () => {
      for (const tables of [2, 0]) {
        expect(await schemaRefusal("new/erp.half", knowledge, adopting(tables, true))).toMatch(
          /adopted was on its way there from legacy\/"a\.b"\.core, and its host "legacy" .*keep it there for one more pulumi up/,
        );
      }
      expect(await schemaRefusal("new/erp.half", knowledge, adopting(0, true, true))).toBeUndefined();
      expect(await schemaRefusal("new/erp.half", knowledge, adopting(2, true, true))).toMatch(
        /holds 2 tables/,
      );
    });
  });

  it("stays when none does, and the message says what to do", async () => {
    const refusal = await schemaRefusal("old/erp.core", knowledge, engine(41, false));
    expect(refusal).toMatch(
      /old\/erp\.core is not deleted: it holds 41 tables.*formerly.*rehome:destroyData true/s,
    );
    expect(refusal).not.toContain("hidden");
  });

  it("stays when its host has left the stack file", async () => {
    const without = { ...knowledge, hosts: new Set(["new"]), servers: new Map([["new", server(2)]]) };
    expect(await schemaRefusal("old/erp.core", without, engine(0, true))).toMatch(
      /keep it there for one more pulumi up/,
    );
  });

  it("is no release of itself", async () => {
    expect(await schemaRefusal("new/erp.core", knowledge, engine(1, true))).toMatch(/holds 1 table,/);
  });

  it("is not asked for in a preview whose host is still to be created", async () => {
    const early = { ...knowledge, servers: new Map(), preview: true };
    expect(await schemaRefusal("old/erp.core", early, engine(41, false))).toBeUndefined();
    expect(await schemaRefusal("old/erp.core", { ...early, preview: false }, engine(41, false))).toMatch(
      /run pulumi up/,
    );
  });
});

describe("a database", () => {
  it("goes when nothing is left in it", async () => {
    expect(await databaseRefusal("old/erp", knowledge, engine(0, false))).toBeUndefined();
  });

  /** @param others how many tables stand in schemas beside `public` */
  const holding = (inPublic: number, others: number, released: boolean): Engine => ({
    ...engine(inPublic, released),
    holdsTables: (_server, _database, schema) =>
      Promise.resolve(schema === "public" ? inPublic : inPublic + others),
  });

  it("stays while it holds tables of others", async () => {
    const refusal = /old\/erp is not deleted: it holds 2 tables/;
    expect(await databaseRefusal("old/erp", knowledge, holding(0, 2, true))).toMatch(refusal);
    expect(await databaseRefusal("old/erp", knowledge, holding(3, 2, true))).toMatch(refusal);
    expect(await databaseRefusal("old/erp", knowledge, holding(2, 0, false))).toMatch(refusal);
  });

  it("goes with a `public` that has left it or was never handed out, whose traces it takes along", async () => {
    abandoned.length = 0;
    expect(await databaseRefusal("old/erp", knowledge, holding(2, 0, true))).toBeUndefined();
    expect(abandoned).toEqual(["core in new"]);
  });
});

describe("a dataset", () => {
  const gone = { ...knowledge, datasets: [] };

  it("may not be forgotten while its home holds tables", async () => {
    expect(await datasetRefusal("core", home, gone, engine(3, true))).toMatch(
      /new\/erp\.core holds 3 tables/,
    );
  });

  it("may be forgotten when its home is empty, or another's now", async () => {
    expect(await datasetRefusal("core", home, gone, engine(0, false))).toBeUndefined();
    expect(await datasetRefusal("kernel", home, knowledge, engine(3, false))).toBeUndefined();
  });
});

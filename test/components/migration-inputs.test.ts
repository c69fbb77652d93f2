import type { Dataset } from "@rehome/topology";
import { describe, expect, it } from "vitest";
import { datasetState, differs, dropsRetired, endpoint, known } from "../../components/src/migration/inputs";
import { ownDatabases } from "../../components/src/migration/declare-migrations";
import type { MigrationInputs } from "../../components/src/migration/inputs";

const A = { host: "old", database: "a", schema: "public" };
const B = { host: "new", database: "b", schema: "core" };
const server = (host: string) => ({ host, port: 5432, user: "postgres" });
const inputs = (given: Partial<MigrationInputs> = {}): MigrationInputs => ({
  dataset: "core",
  owner: "core_user",
  home: B,
  options: { mode: "offline", verify: "checksum" },
  homeServer: server("new"),
  nextServer: {},
  formerlyServer: {},
  custody: { old: "kept", new: "rehome" },
  ownDatabases: [],
  declaredOn: [],
  ...given,
});
const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

it("takes a resource that is not in the state for a dataset that is new", () => {
  expect(datasetState({})).toBeUndefined();
  expect(datasetState(inputs({ formerly: A }))).toEqual({ home: B, formerly: A });
});

it("knows a server from the new inputs, else from the old, else not", () => {
  expect(known(UNKNOWN)).toBeUndefined();
  expect(known({})).toBeUndefined();
  const olds = inputs({ formerly: A, formerlyServer: server("old") });
  expect(endpoint(A, inputs(), olds)).toEqual({ ...A, server: server("old"), owner: "core_user" });
  expect(endpoint(A, inputs(), {})).toBeUndefined();
  expect(endpoint(B, inputs({ homeServer: UNKNOWN }), {})).toBeUndefined();
});

it("lets the engine replace a database that is the dataset's own", () => {
  const own = inputs({ ownDatabases: ["new/b"] });
  expect(endpoint(B, own, {})).toMatchObject({ ownDatabase: true });
  expect(endpoint(A, own, inputs({ formerly: A, formerlyServer: server("old") }))).not.toHaveProperty(
    "ownDatabase",
  );
  const placed = (name: string, home: object) => ({ name, home }) as unknown as Dataset;
  const managed = [
    { host: "new", database: "b" },
    { host: "new", database: "c" },
  ];
  const [core, crm] = [{ ...placed("core", B), formerly: A }, placed("crm", { ...B, schema: "crm" })];
  expect(ownDatabases([core], managed)).toEqual(new Map([["core", ["new/b"]]]));
  expect(ownDatabases([core, crm], managed)).toEqual(new Map());
});

describe("a change", () => {
  it("is another place, other tables, other options", () => {
    expect(differs(inputs(), inputs({ formerly: A }))).toBe(true);
    expect(differs(inputs(), inputs({ tables: ["t"] }))).toBe(true);
    expect(differs(inputs(), inputs({ options: { mode: "offline", verify: "count" } }))).toBe(true);
  });

  it("is not another password or port, nor a neighbour", () => {
    const other = { ...server("new"), port: 1, password: "x" };
    expect(differs(inputs(), inputs({ homeServer: other, ownDatabases: ["x"], custody: {} }))).toBe(false);
  });

  it("is not what an earlier version did not write", () => {
    const { dataset, owner, home } = inputs();
    expect(differs({ dataset, owner, home }, inputs())).toBe(false);
  });
});

describe("a retired home", () => {
  it("is dropped by the engine only on a host that says so, or where its schema stays", () => {
    expect(dropsRetired(A, inputs())).toBe("nothing");
    expect(dropsRetired(A, inputs({ custody: { old: "dropped" } }))).toBe("database");
    const own = { ...A, schema: "own" };
    expect(dropsRetired(own, inputs({ custody: { old: "rehome" } }))).toBe("nothing");
    const part = inputs({ custody: { old: "rehome" }, tables: ["t"] });
    expect(dropsRetired(own, part)).toBe("objects");
    expect(dropsRetired(A, inputs({ custody: { old: "rehome" } }))).toBe("objects");
  });

  it("is left on a host that nobody knows any more", () => {
    expect(dropsRetired(A, inputs({ custody: {} }))).toBe("nothing");
  });
});

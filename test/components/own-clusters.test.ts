import { expect, it } from "vitest";
import { clusterOf } from "../../components/src/migration/inputs";
import type { MigrationInputs } from "../../components/src/migration/inputs";
import { at, declare } from "./declared";

const local = (directory: string) => ({ platform: "local" as const, directory });

it("tells a move which of this machine's servers are its dataset's alone, once nobody else is at work there", async () => {
  const graph = await declare({
    hosts: { old: local("/srv/old"), own: local("/srv/own"), both: local("/srv/both") },
    services: {
      core: { home: at("own", "core", "public"), formerly: at("old", "all", "core") },
      crm: { home: at("both", "crm", "public"), formerly: at("old", "all", "crm") },
      hr: { home: at("both", "hr", "public") },
    },
  });
  const owned = (dataset: string) => graph.resources.get(`Migration ${dataset}`)?.inputs["ownClusters"];
  expect(owned("core")).toEqual({ own: "/srv/own" });
  expect(owned("crm")).toEqual({});
  expect(graph.resources.get("Migration core")?.dependsOn).toEqual(
    expect.arrayContaining(["Grant public@own/postgres", "Grant public@own/template1"]),
  );
});

it("knows the server's directory before the server, and none while that is unknown or the state is of before", () => {
  const place = at("own", "core", "public");
  const inputs = (ownClusters?: MigrationInputs["ownClusters"]) => ({ ownClusters }) as MigrationInputs;
  expect(clusterOf(place, inputs({ own: "/srv/own" }))).toEqual({ cluster: "/srv/own" });
  expect(clusterOf(place, inputs({ other: "/srv/other" }))).toEqual({});
  expect(clusterOf(place, inputs("04da6b54-80e4-46f7-96ec-b56ff0331ba9"))).toEqual({});
  expect(clusterOf(place, inputs())).toEqual({});
});

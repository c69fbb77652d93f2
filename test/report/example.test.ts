import { readFileSync } from "node:fs";
import { join } from "node:path";
import { renderTopology } from "@rehome/report";
import { expand, parseTopology, type TopologyArgs } from "@rehome/topology";
import { expect, it } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");

interface StackFile {
  readonly config: { readonly "rehome:topology": TopologyArgs };
}

it("docs/images/hexabuilders.svg is fresh (npx vitest run test/report/example.test.ts -u)", async () => {
  const file = readFileSync(join(root, "examples/hexabuilders/placements/3-split.yaml"), "utf8");
  const { hosts, datasets } = expand(parseTopology((parse(file) as StackFile).config["rehome:topology"]));
  const named = Object.entries(hosts).map(([name, { platform }]) => ({ name, platform }));
  const picture = renderTopology({ hosts: named, datasets, migrations: [] });
  expect(picture.match(/class="rh-link"/g)).toHaveLength(4);
  await expect(picture).toMatchFileSnapshot(join(root, "docs/images/hexabuilders.svg"));
});

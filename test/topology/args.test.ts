import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TopologyArgs, topologySchema } from "@rehome/topology";
import { expect, expectTypeOf, it } from "vitest";
import type { z } from "zod";

type Input = z.input<typeof topologySchema>;

it("the written types of the arguments are the schema's", () => {
  expectTypeOf<TopologyArgs>().toExtend<Input>();
  expectTypeOf<Input>().toExtend<TopologyArgs>();
});

it("what is made from the schema is fresh: schema.json, args.ts, docs/reference.md", async () => {
  const script = join(import.meta.dirname, "../../topology/write-schema.mjs");
  await expect(promisify(execFile)(process.execPath, [script, "--check"])).resolves.toMatchObject({
    stderr: "",
  });
});

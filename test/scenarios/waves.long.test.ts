import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contents, refusal } from "./proof";
import { stage, type Stage } from "./stage";

let world: Stage;
let health: Server;
let answer = 503;
let asked = 0;
const before: Record<string, Record<string, string>> = {};

/** Two services first, then one when these are healthy, then one that somebody approves. */
const inWaves =
  (approved = "") =>
  (text: string): string => {
    const { port } = health.address() as AddressInfo;
    return text
      .replace(
        "  recruitment:\n",
        `  recruitment:
        after: [partner, onboarding]
        gate: { health: { url: "http://127.0.0.1:${port}/", timeout: 2 } }
`,
      )
      .replace(
        "  campaign:\n",
        `  campaign:
        after: [partner]
        gate: { approval: true${approved === "" ? "" : `, approved: "${approved} by Ada"`} }
`,
      );
  };
const shared = () => world.administrator("shared", "hexabuilders");
const legacy = () => ({ ...world.legacy.connection, database: "hexabuilders" });

beforeAll(async () => {
  health = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answer).end();
  });
  await new Promise<void>((resolve) => health.listen(0, "127.0.0.1", resolve));
  world = await stage("hexabuilders");
  for (const schema of ["public", "onboarding", "recruitment", "campaign_management"])
    before[schema] = await contents(legacy(), schema);
});
afterAll(async () => {
  health.close();
  await world.end();
});

describe("moves in waves", () => {
  let code = "";

  it("stop before a wave whose gate is closed: what moved is home, the others have not begun", async () => {
    await world.edit(1, inWaves());
    const { exitCode, text } = await world.run("up");
    expect(exitCode).toBe(1);
    expect(text).toContain("recruitment does not begin its move");
    expect(asked).toBeGreaterThan(0);
    for (const schema of ["public", "onboarding"])
      expect(await contents(await shared(), schema)).toEqual(before[schema]);
    expect(await contents(await shared(), "recruitment")).toEqual({});
    expect(await refusal(legacy(), "DELETE FROM onboarding.contracts")).toBe("25006");
    expect(await refusal(legacy(), "CREATE TABLE recruitment.still_open (id int)")).toBeUndefined();
    expect(await refusal(legacy(), "DROP TABLE recruitment.still_open")).toBeUndefined();
    code = /approved: (campaign-[0-9a-f]{8})/.exec(text)?.[1] ?? "";
    expect(code).not.toBe("");
  });

  it("go on when it opens, and prepare what waits for approval", async () => {
    answer = 200;
    const { exitCode, text } = await world.run("up");
    expect(exitCode, text).toBe(0);
    expect(await contents(await shared(), "recruitment")).toEqual(before["recruitment"]);
    expect(text).toContain("campaign waits for approval");
    const { campaign, recruitment } = await world.connections();
    expect(campaign?.port).toBe(world.legacy.port);
    expect(recruitment?.port).not.toBe(world.legacy.port);
    const passages = asked;
    expect((await world.run("preview")).steps).toEqual([]);
    expect(asked).toBe(passages); // a gate is passed once
  });

  it("come to their end when it is given", async () => {
    await world.edit(1, inWaves(code));
    const { exitCode, text } = await world.run("up");
    expect(exitCode, text).toBe(0);
    expect(await contents(await shared(), "campaign_management")).toEqual(before["campaign_management"]);
    expect((await world.service("campaign")).port).not.toBe(world.legacy.port);
  });
});

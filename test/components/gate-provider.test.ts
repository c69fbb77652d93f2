import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { log } from "@pulumi/pulumi";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { check, create, diff, update } from "../../components/src/migration/gate-provider";

let server: Server;
let answers: number[];
let asked = 0;
beforeEach(async () => {
  asked = 0;
  vi.spyOn(log, "info").mockImplementation(async () => undefined);
  server = createServer((_request, response) => {
    asked += 1;
    response.writeHead(answers.shift() ?? 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterEach(() => {
  vi.restoreAllMocks();
  server.close();
});

const args = (more: { move?: string; timeout?: number; after?: string[] } = {}) => {
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/health`;
  return { service: "payment", move: "payment-1", after: ["wallet"], url, timeout: 30, ...more };
};

describe("a gate", () => {
  it("is passed when what moved before answers 200, however often that is asked", async () => {
    answers = [503, 404, 200];
    expect(await create(args())).toMatchObject({ id: "payment" });
    expect(asked).toBe(3);
  });

  it("that is not passed in time says what was answered and what may be done", async () => {
    answers = Array.from({ length: 50 }, () => 503);
    const failure = create(args({ timeout: 1 }));
    await expect(failure).rejects.toThrow(
      /payment does not begin its move: .* it answers 503.*run pulumi up again/s,
    );
  });

  it("knows a server that is not there", async () => {
    const gone = args({ timeout: 1 });
    await new Promise((resolve) => server.close(resolve));
    await expect(update(gone)).rejects.toThrow("it does not answer: ECONNREFUSED");
  });

  it("is passed once for each move, and says in the preview what the service waits for until then", async () => {
    expect(await diff(args(), args({ timeout: 5 }))).toEqual({ changes: false });
    expect(await diff(args(), args({ move: "payment-2" }))).toEqual({ changes: true });
    await check(args(), args());
    expect(log.info).not.toHaveBeenCalled();
    await check({}, args({ after: ["wallet", "ledger"] }));
    expect(vi.mocked(log.info).mock.lastCall?.[0]).toMatch(
      /^payment: begins its move when wallet, ledger have moved and http:\S+ answers 200$/,
    );
    expect(asked).toBe(0); // a preview asks nobody
  });
});

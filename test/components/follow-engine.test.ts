import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { expect, it } from "vitest";

const FOLLOW = `${import.meta.dirname}/../../components/dist/follow-engine`;
const PROVIDER = `require(${JSON.stringify(FOLLOW)}).followEngine(); setInterval(() => undefined, 60_000);`;

it("a process of the dynamic providers ends with the engine that it works for", async () => {
  const engine = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
  await once(engine, "listening");
  const { port } = engine.address() as AddressInfo;
  const provider = spawn(process.execPath, ["-e", PROVIDER, "index.js", `127.0.0.1:${port}`], {
    stdio: "ignore",
  });
  const ended = once(provider, "exit");
  await once(engine, "connection");
  await once(engine, "connection"); // it looks more than once
  expect(provider.exitCode).toBeNull();
  engine.close();
  expect(await ended).toEqual([null, "SIGKILL"]);
});

import { execFile, execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { docker, hasEngine } from "../support/docker/engine";
import { CLIENT } from "./client";

const run = promisify(execFile);
const repository = resolve(__dirname, "../..");

/** A tool that starts a small cluster and loads images into it, where one stands beside the project. */
const TOOL = process.env["REHOME_CLUSTER_TOOL"] ?? resolve(repository, "../shared/tools/cluster");

/** Whether there is a cluster, or can be one. */
export const hasCluster = existsSync(TOOL) && process.getuid?.() === 0;

/** Where pods reach this machine. */
export const BRIDGE = "10.244.0.1";
/** The image of the client service. */
export const IMAGE = "rehome.local/client:1";
/** The image of the worker that shares in copies. */
export const WORKER = "rehome.local/worker:1";

/** A cluster for tests. */
export interface TestCluster {
  readonly kubeconfig: string;
  readonly kubectl: (...args: string[]) => Promise<string>;
  readonly end: () => Promise<void>;
}

/** The one that KUBECONFIG names, when the tool started it, or else one of our own. */
export const startCluster = async (): Promise<TestCluster> => {
  const given = process.env["KUBECONFIG"];
  const folder = given === undefined ? "/tmp/rehome-cluster-test" : dirname(given);
  if (given === undefined) await run(TOOL, ["up", folder]);
  const kubeconfig = join(folder, "kubeconfig");
  const kubectl = async (...args: string[]): Promise<string> =>
    (await run("kubectl", ["--kubeconfig", kubeconfig, ...args], { maxBuffer: 1 << 26 })).stdout;
  await loadClient(folder);
  // The bridge is there from the first pod on.
  const first = [
    "first",
    "--image=rehome.local/busybox:1",
    "--restart=Never",
    "--command",
    "--",
    "sleep",
    "0",
  ];
  await kubectl("run", ...first);
  await kubectl("wait", "pod/first", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=120s");
  await kubectl("delete", "pod", "first");
  return {
    kubeconfig,
    kubectl,
    end: async () => {
      if (given === undefined) await run(TOOL, ["down", folder]);
    },
  };
};

/** Node's modules that a package needs, itself included. */
const closure = (name: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(name)) return seen;
  seen.add(name);
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- JSON
  const { dependencies = {} } = require(join(repository, "node_modules", name, "package.json")) as {
    dependencies?: Record<string, string>;
  };
  for (const each of Object.keys(dependencies)) closure(each, seen);
  return seen;
};

/** Node and the libraries that it is linked to, as a root file system with `node` on its path. */
const copyNode = async (root: string): Promise<void> => {
  const linked = execFileSync("ldd", [process.execPath], { encoding: "utf8" });
  for (const [, path = ""] of linked.matchAll(/(\/\S+)/g)) {
    await mkdir(join(root, dirname(path)), { recursive: true });
    await cp(realpathSync(path), join(root, path));
  }
  await mkdir(join(root, "usr/local/bin"), { recursive: true });
  await mkdir(join(root, "tmp"));
  await cp(process.execPath, join(root, NODE));
};
const NODE = "/usr/local/bin/node";

const packed = async (root: string): Promise<string> => {
  const tar = `${root}.tar`;
  await run("chmod", ["-R", "a+rX", root]);
  await run("tar", ["-C", root, "-cf", tar, "."]);
  return tar;
};

/** Makes the client's image of what is on this machine: Node, its driver, and the client. */
const loadClient = async (folder: string): Promise<void> => {
  const root = await mkdtemp("/tmp/rehome-image-");
  try {
    await copyNode(root);
    await mkdir(join(root, "app"));
    await writeFile(join(root, "app/client.js"), CLIENT);
    for (const name of closure("pg")) {
      const from = join(repository, "node_modules", name);
      await cp(from, join(root, "app/node_modules", name), { recursive: true });
    }
    const tar = await packed(root);
    await run(TOOL, ["image", folder, IMAGE, tar, NODE, "/app/client.js"]);
    await rm(tar);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

/**
 * Makes the worker's image as its users do, with runner/build-image, and loads it. Where no Docker engine runs, of the same
 * context without its Dockerfile.
 */
export const loadWorker = async ({ kubeconfig }: Pick<TestCluster, "kubeconfig">): Promise<void> => {
  const root = await mkdtemp("/tmp/rehome-image-");
  const build = join(repository, "runner/build-image");
  const entry = [NODE, "/app/migration/bin/rehome-worker"];
  try {
    await copyNode(root);
    if (hasEngine) {
      const base = await packed(root);
      docker("import", "--change", "ENV PATH=/usr/local/bin", base, "rehome-test/node:1");
      await run(build, [WORKER, "--base", "rehome-test/node:1"], {
        env: { ...process.env, DOCKER_BUILDKIT: "0" },
      });
      const container = docker("create", WORKER);
      await run("docker", ["export", "-o", base, container]);
      docker("rm", container);
      await run(TOOL, ["image", dirname(kubeconfig), WORKER, base, ...entry]);
      await rm(base);
      return;
    }
    await mkdir(join(root, "app"));
    await run(build, ["--context", join(root, "app")]);
    const tar = await packed(root);
    await run(TOOL, ["image", dirname(kubeconfig), WORKER, tar, ...entry]);
    await rm(tar);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
};

/** Lets pods reach a port of this machine's loopback. */
export const forward = async (port: number): Promise<{ end: () => void }> => {
  const server: Server = createServer((from) => {
    const to = connect(port, "127.0.0.1");
    from.pipe(to).pipe(from);
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      one.on("error", () => other.destroy()).on("close", () => other.destroy());
    }
  });
  for (let tries = 0; ; tries++) {
    try {
      await new Promise<void>((done, failed) =>
        server.once("error", failed).listen(port, BRIDGE, () => done()),
      );
      return { end: () => server.close() };
    } catch (error) {
      if (tries > 100) throw error;
      await sleep(200);
    }
  }
};

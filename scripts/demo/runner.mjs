// Who runs the program: `pulumi` where it is installed, the rehearsal host where not. Both are asked the same.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { createInterface } from "node:readline";
import { STACK, repository, workshop } from "./workshop.mjs";
import { plans, progress } from "./essence.mjs";
import { CheckFailed, dim, say } from "./tell.mjs";

const PLUGINS = ["postgresql", "random"];

const versionOf = (name) =>
  JSON.parse(readFileSync(join(repository, "node_modules", "@pulumi", name, "package.json"), "utf8")).version;

/** undefined when Pulumi can run here; else why not. */
const obstacle = (env) => {
  const run = (...args) => spawnSync("pulumi", args, { encoding: "utf8", env, timeout: 60_000 });
  const { status, error } = run("version");
  if (error !== undefined || status !== 0) return "pulumi is not on the PATH";
  const listed = run("plugin", "ls", "--json");
  const plugins = listed.status === 0 ? JSON.parse(listed.stdout) : [];
  for (const name of PLUGINS) {
    const version = versionOf(name);
    if (plugins.some((plugin) => plugin.name === name && plugin.version === version)) continue;
    if (run("plugin", "install", "resource", name, `v${version}`).status !== 0)
      return `pulumi is there, but its plugin ${name} ${version} is not and cannot be downloaded`;
  }
  return undefined;
};

/** Runs a command in an example's folder; all of its output goes into a log, its essence to the terminal. */
const run = (command, args, { folder, env, log, show }) =>
  new Promise((resolve) => {
    const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
    const all = [];
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on("line", (line) => {
        all.push(line);
        appendFileSync(log, `${line}\n`);
        for (const shown of show(line)) say(dim(`  │ ${shown}`));
      });
    }
    child.on("error", (error) => resolve({ status: 1, text: error.message }));
    child.on("close", (status) => resolve({ status, text: all.join("\n") }));
  });

const rehearsal = join(repository, "rehearsal", "bin", "rehearse.mjs");

/** Chooses who runs the programs, for all of the demo. */
export const chooseRunner = () => {
  const state = join(workshop, "state");
  mkdirSync(state, { recursive: true });
  const env = {
    ...process.env,
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    NO_COLOR: "1",
  };
  const why = obstacle(env);
  const real = why === undefined;
  writeFileSync(join(workshop, "passphrase"), env.PULUMI_CONFIG_PASSPHRASE, { mode: 0o600 });
  return { real, why, on: (folder, secrets) => runnerIn(real, folder, { ...env, ...secrets }) };
};

const runnerIn = (real, folder, env) => {
  const log = join(folder, "demo.log");
  const [program, ...first] = real ? ["pulumi", "--non-interactive"] : [process.execPath, rehearsal];
  const call = async (args, show = () => []) => {
    const { status, text } = await run(program, [...first, ...args, "--stack", STACK], {
      ...{ folder, env, log, show },
    });
    if (status === 0) return text;
    const [reason = "no error was printed"] = text.split("\n").filter((line) => /\berror\b/i.test(line));
    throw new CheckFailed(`${args[0]} failed: ${reason.trim()} (all of it: ${log})`);
  };
  const json = async (...args) => {
    const text = await call(args);
    return JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1));
  };
  return {
    log,
    begin: async () => {
      if (real) await call(["stack", "init"]);
    },
    preview: () => call(["preview"], plans()),
    up: () => call(["up", "--yes", "--skip-preview"], progress()),
    outputs: () => json("stack", "output", "--json", "--show-secrets"),
    /** How the program reaches a server that it runs: in the state, as secrets. */
    administrator: async (host) => {
      const { deployment } = await json("stack", "export", "--show-secrets");
      const isIt = ({ type, urn }) => type.endsWith(":Cluster") && urn.endsWith(`::${host}`);
      const { outputs } = deployment.resources.find(isIt);
      const password = outputs.password.plaintext ?? outputs.password;
      const plain =
        typeof password === "string" && password.startsWith('"') ? JSON.parse(password) : password;
      return { host: outputs.host, port: outputs.port, user: outputs.user, password: plain };
    },
  };
};

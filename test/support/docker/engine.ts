import { execFileSync, spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findBinaries } from "@rehome/postgres";

/** Whether a Docker engine answers here. */
export const hasEngine = spawnSync("docker", ["info", "--format", "{{.ServerVersion}}"]).status === 0;

/** What a command of Docker's prints. */
export const docker = (...args: string[]): string =>
  execFileSync("docker", args, {
    encoding: "utf8",
    env: { ...process.env, DOCKER_BUILDKIT: "0" }, // without the network, and where no builder is installed
    stdio: ["ignore", "pipe", "pipe"],
  }).trim();

const TOOLS = ["cat", "chmod", "chown", "mkdir", "rm", "setpriv", "locale"];

const lines = (program: string, ...args: string[]): string[] =>
  spawnSync(program, args, { encoding: "utf8" })
    .stdout.split("\n")
    .filter((line) => line !== "");

/** The libraries that a program loads. */
const libraries = (file: string): string[] =>
  lines("ldd", file).flatMap((line) => /\/\S+/.exec(line)?.[0] ?? []);

/** The files of this machine that a PostgreSQL server needs, those of a Debian package. */
const filesOf = (bin: string, version: number): string[] => {
  const programs = [
    "/bin/sh", // where programs look for it
    ...["postgres", "initdb", "pg_ctl", "pg_isready", "psql"].map((name) => join(bin, name)),
    ...TOOLS.map((name) => lines("sh", "-c", `command -v ${name}`)[0] ?? ""),
  ];
  const modules = lines("sh", "-c", `ls ${join(bin, "../lib")}/*.so`).filter(
    (file) => !file.includes("llvmjit"),
  );
  const shared = lines(
    ...([
      "find",
      "-L",
      `/usr/share/postgresql/${version}`,
      "/usr/share/zoneinfo",
      "/usr/lib/locale",
    ] as const),
    ...["/usr/share/postgresql-common", "/etc/passwd", "/etc/group", "-type", "f"],
  );
  const binaries = [...programs, ...modules].filter((file) => file !== "");
  return [...new Set([...binaries, ...binaries.flatMap(libraries), ...shared])].filter((file) =>
    existsSync(file),
  );
};

/** An image with this machine's PostgreSQL, made when it is not there: nothing is fetched. */
export const postgresImage = async (): Promise<string> => {
  const { directory, version } = await findBinaries();
  const image = `rehome-test/postgres:${version}`;
  if (spawnSync("docker", ["image", "inspect", image]).status === 0) return image;
  const context = mkdtempSync("/tmp/rehome-image-");
  try {
    writeFileSync(join(context, "files"), filesOf(directory, version).join("\n"));
    const tar = ["--create", "--dereference", "--absolute-names", "--files-from", join(context, "files")];
    execFileSync("tar", [...tar, "--file", join(context, "root.tar")], { stdio: "pipe" });
    copyFileSync(join(import.meta.dirname, "entrypoint"), join(context, "entrypoint"));
    writeFileSync(
      join(context, "Dockerfile"),
      `FROM scratch
ADD root.tar /
COPY entrypoint /usr/local/bin/entrypoint
ENV PATH=${directory}:/usr/local/bin:/usr/bin:/bin
WORKDIR /var/run/postgresql
WORKDIR /tmp
RUN chmod 1777 /tmp && chown postgres /var/run/postgresql
ENTRYPOINT ["/usr/local/bin/entrypoint"]
CMD ["postgres"]
`,
    );
    docker("build", "--quiet", "--network", "none", "--tag", image, context);
    return image;
  } finally {
    rmSync(context, { recursive: true, force: true });
  }
};

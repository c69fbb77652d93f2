import type { ContainerArgs } from "@pulumi/docker";
import type { DockerHost } from "@rehome/topology";
import { serverParameters } from "./server-parameters";

/** Where the password lies in the container; the image reads it once, when it makes the cluster. */
export const PASSWORD_FILE = "/etc/rehome/password";

/** The volume's place, below none of an image's own volumes: those differ from version to version. */
export const VOLUME_PATH = "/var/lib/rehome";

/** The superuser that the image makes. */
export const ADMIN = "postgres";

const BYTES: Readonly<Record<string, number>> = { b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 };

/** MB of a size as Docker writes it (`512m`, `2g`), rounded up. */
export const megabytes = (size: string): number =>
  Math.ceil((Number(size.slice(0, -1)) * (BYTES[size.slice(-1).toLowerCase()] ?? 1)) / 2 ** 20);

/** A name that Docker takes: what it does not is a `-`. */
export const dockerName = (...parts: readonly string[]): string =>
  parts
    .join("-")
    .replace(/[^A-Za-z0-9_.-]/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "");

/** The server's command line: every parameter as `-c`, in the order of their names. */
const serverCommand = (parameters: DockerHost["parameters"]): string[] => [
  "postgres",
  ...Object.entries(serverParameters(parameters))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) => ["-c", `${name}=${value}`]),
];

/** What a container is made from that does not depend on other resources. */
export const containerArgs = (host: string, spec: DockerHost): Omit<ContainerArgs, "image"> => {
  const { memory, cpus } = spec.resources ?? {};
  const limit = memory === undefined ? {} : { memory: megabytes(memory), memorySwap: megabytes(memory) };
  return {
    command: serverCommand(spec.parameters),
    envs: [
      `POSTGRES_USER=${ADMIN}`,
      `POSTGRES_PASSWORD_FILE=${PASSWORD_FILE}`,
      `PGDATA=${VOLUME_PATH}/data`,
      "POSTGRES_INITDB_ARGS=--encoding=UTF8 --locale=C.UTF-8 --auth-host=scram-sha-256",
    ],
    // By TCP: while the image makes the cluster, a server of its own answers on the socket.
    healthcheck: {
      tests: ["CMD-SHELL", `pg_isready --quiet --host=127.0.0.1 --username=${ADMIN}`],
      ...{ interval: "2s", timeout: "5s", retries: 30, startPeriod: "10s" },
    },
    wait: true,
    waitTimeout: 180,
    restart: "unless-stopped",
    // A fast shutdown, as PostgreSQL's own service files ask for: SIGTERM would wait for every client to leave.
    stopSignal: "SIGINT",
    destroyGraceSeconds: 60,
    shmSize: 256,
    labels: [{ label: "rehome.host", value: host }],
    ...limit,
    ...(cpus === undefined ? {} : { cpus: String(cpus) }),
  };
};

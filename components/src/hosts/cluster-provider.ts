import { log } from "@pulumi/pulumi";
import { databases, holdsTables } from "@rehome/migration";
import { clusterStatus, ensureCluster, removeCluster, startIfStopped, stopCluster } from "@rehome/postgres";
import { failure, plainError } from "../provider-errors";

/** What a `Cluster` is made from, as the dynamic provider receives it: plain values, the password too. */
export interface ClusterInputs {
  readonly directory: string;
  readonly password: string;
  readonly port?: number;
  readonly version?: number;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** What is in the state. */
export interface ClusterState extends ClusterInputs {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly version: number;
}

const spec = ({ directory, password, port, version, parameters }: ClusterInputs) => ({
  directory,
  password,
  ...(port === undefined ? {} : { port }),
  ...(version === undefined ? {} : { version }),
  ...(parameters === undefined ? {} : { parameters }),
});

/**
 * Starts a cluster that was made before and is stopped, and says where it is: an update's preview knows its address
 * then, and a creation's does not, whatever port the file gives.
 */
export const check = async (olds: Partial<ClusterInputs>, news: ClusterInputs) => {
  if (olds.directory === undefined) return { inputs: news };
  if (olds.directory !== news.directory) {
    return failure(
      news,
      "directory",
      `is ${news.directory}, and the cluster is in ${olds.directory}: put that back, or declare a new host and move the data there.`,
    );
  }
  try {
    const running = await startIfStopped(olds.directory);
    if (running !== undefined && news.version !== undefined && news.version !== running.version) {
      return failure(
        news,
        "version",
        `is ${news.version}, and the cluster in ${olds.directory} is of PostgreSQL ${running.version}: ` +
          "leave that so, or declare a new host of the other version and move the data there.",
      );
    }
    if (running !== undefined)
      return { inputs: { ...news, host: running.host, port: news.port ?? running.port } };
  } catch (error) {
    return failure(news, "directory", plainError(error).message);
  }
  return failure(
    news,
    "directory",
    `holds no cluster any more: ${olds.directory} was deleted, or is on another machine. Put it back; or, ` +
      "when its data may be lost, delete this stack's state and begin anew.",
  );
};

const text = (parameters: ClusterInputs["parameters"]): string =>
  JSON.stringify(Object.entries(parameters ?? {}).sort(([a], [b]) => (a < b ? -1 : 1)));

/** Compares with what the state has; whatever the file leaves open stays as it is. */
export const diff = async (olds: ClusterState, news: ClusterInputs) => ({
  changes:
    olds.password !== news.password ||
    (news.port !== undefined && olds.port !== news.port) ||
    (news.version !== undefined && olds.version !== news.version) ||
    text(olds.parameters) !== text(news.parameters),
});

const ensured = async (inputs: ClusterInputs): Promise<ClusterState> => {
  try {
    const { host, port, user, version } = await ensureCluster(spec(inputs));
    return { ...inputs, host, port, user, version };
  } catch (error) {
    throw plainError(error);
  }
};

export const create = async (inputs: ClusterInputs) => ({
  id: inputs.directory,
  outs: await ensured(inputs),
});

export const update = async (inputs: ClusterInputs) => ({ outs: await ensured(inputs) });

/** A refresh starts a stopped cluster as well: its databases are about to be read. */
export const read = async (id: string, state: ClusterState) => {
  try {
    if ((await startIfStopped(state.directory)) === undefined) return {};
    return { id, props: state };
  } catch (error) {
    throw plainError(error);
  }
};

const tablesIn = async (state: ClusterState): Promise<number> => {
  const { host, user, password } = state;
  const running = await startIfStopped(state.directory);
  const server = { host, port: running?.port ?? state.port, user, password };
  const counts = await Promise.all(
    (await databases(server)).map((database) => holdsTables(server, database)),
  );
  return counts.reduce((sum, count) => sum + count, 0);
};

/** Deletes the cluster when it holds no tables; else stops its server, keeps its directory and says so. */
export const remove = async (state: ClusterState): Promise<void> => {
  try {
    if ((await clusterStatus(state.directory)) === "absent") return;
    const tables = await tablesIn(state);
    if (tables === 0) return await removeCluster(state.directory);
    await stopCluster(state.directory);
    await log.warn(
      `The cluster in ${state.directory} still holds ${tables} table${tables === 1 ? "" : "s"}: ` +
        "its server was stopped and the directory kept. Delete the directory when its data may be lost.",
    );
  } catch (error) {
    throw plainError(error);
  }
};

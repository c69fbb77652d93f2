import { resolve } from "node:path";
import type { Endpoint, ServerConnection } from "@rehome/migration";
import { startIfStopped } from "@rehome/postgres";
import type { Placement } from "@rehome/topology";
import { CliError } from "../cli-error";
import { EXIT } from "../exit-codes";
import { without } from "../rehearse/scratch-topology";
import { modelOf, type DatasetModel, type StackModel } from "./model";
import { readState, type Keeper, type StackChoice } from "./read-state";

/** A stack that a command works on. */
export interface Stack extends StackModel {
  readonly project: string;
  readonly stack: string;
  readonly keeper: Keeper;
}

/** Servers that the stack runs on this machine are started where they are stopped, as `pulumi up` does. */
const withRunning = async (
  { hosts, clusters }: StackModel,
  directory: string,
): Promise<ReadonlyMap<string, ServerConnection>> => {
  const found = await Promise.all(
    [...hosts].map(async ([name, server]): Promise<[string, ServerConnection]> => {
      const cluster = clusters.get(name);
      if (cluster === undefined) return [name, server];
      const running = await startIfStopped(resolve(directory, cluster.directory));
      return [name, running === undefined ? server : { ...server, port: running.port }];
    }),
  );
  return new Map(found);
};

/** A rehearsal's instances are servers of this machine: their addresses lead there, and Google's connector does not. */
const asRehearsed = (model: StackModel): StackModel => {
  const hosts = [...model.hosts].map(([name, server]) => [name, without(server, "connector")] as const);
  return { ...model, hosts: new Map(hosts) };
};

/**
 * Reads a stack and sees to it that its local servers run.
 * @throws CliError `no-stack`
 */
export const openStack = async (choice: StackChoice): Promise<Stack> => {
  const { project, stack, keeper, directory, state } = await readState(choice);
  const model = keeper === "rehearsal" ? asRehearsed(modelOf(state)) : modelOf(state);
  return { ...model, project, stack, keeper, hosts: await withRunning(model, directory) };
};

/**
 * The datasets of these services, or these datasets; all where none is named.
 * @throws CliError `no-service`
 */
export const chosen = <Item extends Pick<DatasetModel, "name">>(
  items: readonly Item[],
  names: readonly string[],
): Item[] => {
  if (names.length === 0) return [...items];
  const isOf = (item: Item, name: string): boolean => item.name === name || item.name.startsWith(`${name}/`);
  for (const name of names) {
    if (items.some((item) => isOf(item, name))) continue;
    const there = items.map((item) => item.name).join(", ");
    throw new CliError(
      "no-service",
      `the stack has no service or dataset "${name}"; it has: ${there === "" ? "none yet" : there}.`,
      EXIT.noStack,
    );
  }
  return items.filter((item) => names.some((name) => isOf(item, name)));
};

/** The connection to a placement's server. @throws CliError `no-host` */
export const serverAt = ({ hosts }: Pick<Stack, "hosts">, host: string): ServerConnection => {
  const found = hosts.get(host);
  if (found !== undefined) return found;
  throw new CliError(
    "no-host",
    `the stack's state does not say how host "${host}" is reached; it knows: ${[...hosts.keys()].join(", ") || "none"}. Run pulumi up.`,
  );
};

/** One end of a dataset's move, for the engine. @throws CliError `no-host` */
export const endpointAt = (
  stack: Pick<Stack, "hosts">,
  placement: Placement,
  { owner }: Pick<DatasetModel, "owner">,
): Endpoint => ({
  ...placement,
  server: serverAt(stack, placement.host),
  owner,
});

import { examineHost, installedExtensions, type HostCheck, type ServerConnection } from "@rehome/migration";
import type { Placement } from "@rehome/topology";
import type { Stack } from "../stack/open-stack";
import { eachOf } from "../status/read-stack";

/** A host and what was found of it. */
export interface ExaminedHost {
  readonly host: string;
  readonly checks: readonly HostCheck[];
}

const placements = ({ datasets, wanted }: Stack): { at: Placement; online: boolean }[] =>
  [...datasets, ...wanted].flatMap(({ home, next, formerly, options }) =>
    [home, next, formerly].flatMap((at) => (at ? [{ at, online: options.mode === "online" }] : [])),
  );

/** What data of the stack needs, wherever it is: a host that it moves to must offer it. */
const extensionsOf = async (stack: Stack): Promise<string[]> => {
  const places = new Map(
    placements(stack).map(({ at: { host, database } }) => [
      JSON.stringify([host, database]),
      { host, database },
    ]),
  );
  const found = await eachOf([...places.values()], async ({ host, database }) => {
    const server = stack.hosts.get(host);
    // What cannot be reached or is still to come is told by its own check.
    return server === undefined ? [] : installedExtensions(server, database).catch(() => []);
  });
  return [...new Set(found.flat())].sort();
};

/** Examines these hosts of a stack, by what its datasets ask of each. */
export const examineHosts = async (stack: Stack, hosts: readonly string[]): Promise<ExaminedHost[]> => {
  const uses = placements(stack);
  const extensions = await extensionsOf(stack);
  return eachOf(hosts, async (host) => {
    const server = stack.hosts.get(host) as ServerConnection;
    const online = uses.some(({ at, online: follows }) => at.host === host && follows);
    const managed = stack.databases.some((at) => at.host === host);
    return { host, checks: await examineHost({ server, database: "postgres", extensions, online, managed }) };
  });
};

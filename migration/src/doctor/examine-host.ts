import type { HostCode } from "../codes";
import { codeOf, messageOf } from "../errors";
import { jobsOf } from "../plan/needs";
import { address } from "../sql/client-config";
import { withSession } from "../sql/connect";
import { isLoopback } from "../sql/tls";
import type { ServerConnection } from "../types";
import { hostChecks, type HostCheck, type HostUse } from "./host-checks";
import { extensionsIn, readHostFacts } from "./host-facts";

/** A host to examine. */
export interface HostQuery extends Omit<HostUse, "jobs" | "loopback"> {
  readonly server: ServerConnection;
  /** A database of it that its administrator may enter. */
  readonly database: string;
  /** Default: the machine's cores, at most 8. */
  readonly jobs?: number;
}

/** What keeps a host from being examined is what is wrong with it. */
const notReached = (error: unknown): HostCheck => ({
  check: "connection",
  level: "problem",
  code: (codeOf(error) ?? "unreachable") as HostCode,
  message: messageOf(error),
  remedy: "",
});

/** What is well with a host and what is not, before anything is to move from it or to it. Reads only. */
export async function examineHost({ server, database, ...use }: HostQuery): Promise<HostCheck[]> {
  try {
    const facts = await withSession(server, database, (client) => readHostFacts(client, server));
    const reached: HostCheck = {
      ...{ check: "connection", level: "ok", code: null, remedy: "" },
      message: `${address(server)}, as ${facts.server.user}`,
    };
    const loopback = isLoopback(server.host) || server.connector !== undefined;
    return [reached, ...hostChecks(facts, { ...use, loopback, jobs: jobsOf(use) })];
  } catch (error) {
    return [notReached(error)];
  }
}

/** The extensions that a database has, by name. @throws RehomeError `unreachable`, `database-missing`, ... */
export async function installedExtensions(server: ServerConnection, database: string): Promise<string[]> {
  return await withSession(server, database, extensionsIn);
}

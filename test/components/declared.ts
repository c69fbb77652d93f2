import { Topology } from "@rehome/components";
import * as pulumi from "@pulumi/pulumi";
import type { TopologyArgs } from "@rehome/topology";
import { expect } from "vitest";
import { record, type Recorded } from "./record";

export type Graph = Awaited<ReturnType<typeof record<Topology>>>;
export const declare = (args: TopologyArgs, config?: Record<string, string>): Promise<Graph> =>
  record(() => new Topology("topology", args), config);

/** What the program says instead of running on. What it had begun to register is waited for. */
export const refusal = async (program: () => unknown): Promise<string> => {
  const { result } = await record(() => {
    try {
      program();
      return "";
    } catch (error) {
      return pulumi.RunError.isInstance(error) ? error.message : "not a RunError";
    }
  });
  return result;
};

export const at = (host: string, database: string, schema: string) => ({ host, database, schema });
export const secret = (value: unknown) => expect.objectContaining({ value }) as unknown;
const connection = { host: "127.0.0.1", port: 40000, user: "postgres", sslmode: "disable" };
export const server = (host: string) => secret({ ...connection, password: `secret of postgres@${host}` });
export const none = secret({});

export const need = (graph: Graph, id: string): Recorded => {
  const found = graph.resources.get(id);
  expect(found, `${id} among\n${graph.ids.join("\n")}`).toBeDefined();
  return found as Recorded;
};

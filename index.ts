import { Topology } from "@rehome/components";

const topology = Topology.fromConfig();

/** How each service reaches its data, once it is there. Secret. */
export const connections = topology.connections;
/** How to reach each host as its administrator, for the stacks that take data from here. Secret. */
export const hosts = topology.hosts;
/** Where each dataset is in its life, and what its last move reported. */
export const migrations = topology.migrations;

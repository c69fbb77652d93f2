import { Topology } from "@rehome/components";

const topology = Topology.fromConfig();

/** How each service reaches its data, once it is there. Secret. */
export const connections = topology.connections;
/** Where each dataset is in its life, and what its last move reported. */
export const migrations = topology.migrations;

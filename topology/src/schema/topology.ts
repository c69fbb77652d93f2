import { z } from "zod";
import { fields } from "./fields";
import { host } from "./hosts";
import { kubernetes } from "./kubernetes";
import { label } from "./names";
import { service } from "./service";

/** What stands under `rehome:topology`: the one source of validation, types and the editor's JSON Schema. */
export const topology = fields({
  hosts: z.record(label(), host).describe("The PostgreSQL servers, by name."),
  services: z.record(label(), service).describe("The services whose data lives there, by name."),
  tenants: z
    .array(label())
    .default([])
    .describe(
      "Tenants of the datasets that say forEachTenant. Names in quotes where they are numbers. Default: none.",
    ),
  kubernetes: kubernetes
    .prefault({})
    .describe("The cluster that runs the services' workloads. Default: none; manifests are rendered."),
}).meta({ id: "Topology", description: "Where each service's PostgreSQL data lives." });

/** A parsed stack file: constant defaults filled in, names still templates. */
export type Topology = z.output<typeof topology>;

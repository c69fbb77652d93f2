import { TENANT, writtenDatasets } from "../expand";
import type { Topology } from "../schema/topology";
import { problem, type Problem } from "../topology-error";
import { quoted } from "../quoted";

/** Tenants named once, `{tenant}` in every placement that is made for each of them and in no other. */
export function checkTenants(topology: Topology): Problem[] {
  const { tenants } = topology;
  const repeated = tenants.flatMap((tenant, index) =>
    tenants.indexOf(tenant) === index
      ? []
      : [problem("duplicate", ["tenants", index], `${quoted(tenant)} is listed twice; delete one`)],
  );
  const written = Object.entries(topology.services).flatMap(([name, spec]) => writtenDatasets(name, spec));
  const placeholders = written.flatMap(({ path, spec }) =>
    (["home", "next", "formerly"] as const).flatMap((field) => {
      const placement = spec[field];
      if (placement === undefined) return [];
      const holders = (["host", "database", "schema"] as const).filter((part) =>
        placement[part].includes(TENANT),
      );
      if (!spec.forEachTenant)
        return holders.map((part) =>
          problem(
            "tenant-placeholder",
            [...path, field, part],
            `${quoted(placement[part])} holds ${TENANT}, but this is not made for each tenant; write a name, or make it a dataset with forEachTenant: true`,
          ),
        );
      if (holders.length > 0) return [];
      const message = `is the same for every tenant; put ${TENANT} into its schema, database or host`;
      return [problem("tenant-placeholder", [...path, field], message)];
    }),
  );
  const inTables = written.flatMap(({ path, spec }) =>
    (spec.tables ?? []).flatMap((table, index) =>
      table.includes(TENANT)
        ? [
            problem(
              "tenant-placeholder",
              [...path, "tables", index],
              `${quoted(table)} holds ${TENANT}, which is replaced in host, database and schema only; write a pattern: *`,
            ),
          ]
        : [],
    ),
  );
  const nobody = written.flatMap(({ path, spec }) =>
    spec.forEachTenant && tenants.length === 0
      ? [
          problem(
            "missing",
            [...path, "forEachTenant"],
            "is true, but the stack has no tenants; write tenants: [<name>, …]",
          ),
        ]
      : [],
  );
  return [...repeated, ...placeholders, ...inTables, ...nobody];
}

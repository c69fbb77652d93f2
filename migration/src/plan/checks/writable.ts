import type { ServerInspection } from "../../inspect/server";
import { ident } from "../../sql/quote";
import type { Endpoint, Finding } from "../../types";
import { blocker, type Check } from "../finding";

/** Both ends are written to: the new home takes the data, the old one its fence. */
export const writable: Check = ({ request: { from, to }, source, target }) => [
  ...atSource(from, source.server),
  ...(target === undefined ? [] : atTarget(to, target.server)),
];

function atSource(from: Endpoint, server: ServerInspection): Finding[] {
  if (server.standby) {
    return [
      blocker(
        "source-standby",
        `host "${from.host}" is a standby: it cannot be fenced, and its primary would go on being written to.`,
        "Give the primary's address as the old home's.",
      ),
    ];
  }
  if (!server.readOnly) return [];
  return [
    blocker(
      "source-read-only",
      `sessions of host "${from.host}" are read-only by default, so that the old home cannot be fenced.`,
      reset(from, server),
    ),
  ];
}

function atTarget(to: Endpoint, server: ServerInspection): Finding[] {
  if (!server.standby && !server.readOnly) return [];
  const why = server.standby ? "is a standby" : "gives read-only sessions by default";
  return [
    blocker(
      "target-read-only",
      `host "${to.host}" ${why}: it takes no data.`,
      server.standby ? "Give the primary's address." : reset(to, server),
    ),
  ];
}

/** The statement that takes `default_transaction_read_only` away again, where it was set. */
function reset({ database }: Endpoint, { readOnlyFrom, user }: ServerInspection): string {
  const name = "default_transaction_read_only";
  switch (readOnlyFrom) {
    case "database":
      return `Run ALTER DATABASE ${ident(database)} RESET ${name}.`;
    case "user":
      return `Run ALTER ROLE ${ident(user)} RESET ${name}.`;
    case "database user":
      return `Run ALTER ROLE ${ident(user)} IN DATABASE ${ident(database)} RESET ${name}.`;
    default:
      return `Switch ${name} off in the server's configuration (it is set by: ${readOnlyFrom}), once you know why it is on.`;
  }
}

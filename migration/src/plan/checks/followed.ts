import { settlingPath } from "../../inspect/applied-code";
import type { FollowableTable } from "../../inspect/followable";
import { placementName } from "../../naming";
import type { Finding } from "../../types";
import { blocker, some, warning, type Check } from "../finding";
import { followPlan } from "../followed";
import { formatBytes } from "../units";

/** From this size on, a search through a whole table for each changed row is felt. */
const FELT = 1_000_000;

/** What of a dataset cannot be followed, or not easily, and what following asks of its service. */
export const followed: Check = (ends) => {
  if (ends.strategy !== "follow") return [];
  const { request, source } = ends;
  const plan = followPlan(ends);
  const found: Finding[] = [];
  if (plan.side === undefined) {
    found.push(
      blocker(
        "facade-name-taken",
        `to be followed under another name, the tables need a schema "${request.to.schema}" in database "${request.from.database}", or "${request.from.schema}" in "${request.to.database}"; both stand for something else.`,
        "Choose another name for the new schema, or write mode: offline.",
      ),
    );
  }
  if (plan.others.length > 0) {
    const bytes = plan.others.reduce((sum, table) => sum + table.bytes, 0);
    const paths = new Set((source.followable ?? []).flatMap(({ pathless }) => pathless.map(settlingPath)));
    const settled = paths.size === 0 ? "" : ` (of what relies on a path: ${some([...paths])})`;
    found.push(
      warning(
        "not-followed",
        `${formatBytes(bytes)} cannot be followed and are copied under the fence: ${some(plan.others.map(({ name, reason, bytes: each }) => `${name} (${reason}; ${formatBytes(each)})`))}.`,
        `The fence lasts as long as that copy takes; change these tables${settled}, or leave it at that.`,
      ),
    );
  }
  if (source.largeObjects.mine.length > 0) {
    found.push(
      warning(
        "large-objects-compared",
        `${source.largeObjects.mine.length} large objects of ${placementName(request.from)} are compared under the fence, for replication does not carry them.`,
        "The fence lasts as long as reading them on both sides takes; bytea columns are followed.",
      ),
    );
  }
  const slow = plan.followed.filter((table) => isSlow(table));
  if (slow.length > 0) {
    found.push(
      warning(
        "followed-without-key",
        `tables without a primary key are searched from end to end for each row that is changed or deleted: ${some(slow.map(({ name, bytes }) => `${name} (${formatBytes(bytes)})`))}.`,
        "Give them a primary key if rows of theirs are often changed.",
      ),
    );
  }
  const parted = plan.followed.filter(({ partitioned, key }) => partitioned && key.length === 0);
  if (parted.length > 0) {
    found.push(
      warning(
        "partitions-without-key",
        `while these are followed, a partition that is added to one takes no UPDATE or DELETE, for they have no primary key: ${some(parted.map(({ name }) => name))}.`,
        "Run ALTER TABLE … REPLICA IDENTITY FULL for each as it is added, and run up again; or give these tables a primary key.",
      ),
    );
  }
  if (plan.side === "publisher" || plan.side === "subscriber") {
    const [when, where] =
      plan.side === "publisher"
        ? ["from the preparation to the switch", request.from]
        : ["from the switch until the old home is retired", request.to];
    found.push(
      warning(
        "definitions-held",
        `${when}, columns of tables of ${placementName(where)} cannot be added, dropped or altered: each table is followed through another of the other home's name.`,
        "Keep schema migrations of the service for afterwards, or move under the same schema name.",
      ),
    );
  }
  return found;
};

const isSlow = ({ key, replicaIdentity, bytes }: FollowableTable): boolean =>
  key.length === 0 && replicaIdentity !== "i" && bytes >= FELT;

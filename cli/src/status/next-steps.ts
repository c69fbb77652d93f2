import type { DatasetStatus } from "./dataset-status";

/** What there is to do for whoever reads a status, each in a clause; empty where there is nothing. Pure. */
export const nextSteps = (
  status: Omit<DatasetStatus, "next_steps"> & {
    /** The host of its home, where that does not answer and the home that was left still stands. */
    readonly silent?: string | undefined;
    /** The host of its next home, where that does not answer. */
    readonly silentNext?: string | undefined;
  },
): string[] => {
  const { silent, silentNext, fence } = status;
  if (silent !== undefined)
    return [
      `see to it that host ${silent} answers; where it is gone for good, rehome reopen --lost ${silent} opens ${fence?.placement ?? "the old home"} again`,
    ];
  const { dataset, state, migration, home, next, formerly, replication, verification, mode } = status;
  const givingUp = `or give it up: put its lines back as they were, then pulumi up; rehome cancel ${dataset} frees the old home before that`;
  switch (state) {
    case "steady":
      return [];
    case "moving":
      return [`wait: pulumi up is at work; rehome status ${dataset} --watch shows how far it is`];
    case "interrupted":
      return [`pulumi up goes on with it; until then the service works in ${home}`, givingUp];
    case "failed":
      return [`see to the reason, and pulumi up goes on with it; the service works in ${home}`, givingUp];
    case "given-up":
      return [
        `delete \`next\`, then pulumi up deletes what was made in ${next ?? "its next home"}`,
        "or leave it, and pulumi up begins anew",
      ];
    case "switched":
      if (migration?.strategy === "reopen")
        return [
          `write home: ${migration.target} and delete \`formerly\`, then pulumi up hands it out: it was opened again, for ${home} is lost`,
        ];
      return [`pulumi up hands out ${migration?.target ?? "the new home"}, which has all of its data`];
    case "preparing": {
      if (silentNext !== undefined)
        return [
          `see to it that host ${silentNext} answers; ${home} keeps WAL for it until then`,
          `or give it up: delete \`next\`, then pulumi up; rehome cancel ${dataset} frees ${home} before that`,
        ];
      if (migration?.alive === true) return [`wait: rehome status ${dataset} --watch shows how far it is`];
      if (replication !== null && replication.broken !== null)
        return [replication.remedy ?? "pulumi up mends it"];
      if (mode === "online" && migration === null && replication === null) return ["pulumi up copies it"];
      if (replication?.ready === false) return ["wait until it has caught up"];
      return [
        `to switch: write home: ${next ?? ""} and formerly: ${home} in the stack file, then pulumi up`,
        "to give it up: delete `next`, then pulumi up",
      ];
    }
    case "moved":
    case "rolled-back": {
      if (migration?.strategy === "reopen")
        return [
          `to finish, once nothing more is expected of ${formerly ?? "the lost home"}: delete \`formerly\`, then pulumi up`,
        ];
      const back = "to go back: swap `home` and `formerly`, then pulumi up";
      if (verification === "different") return [`rehome diff ${dataset} shows which rows differ`, back];
      if (replication !== null && replication.broken !== null)
        return [replication.remedy ?? "pulumi up mends the way back"];
      if (verification !== "verified") return ["pulumi up proves it", back];
      return [`to finish: delete \`formerly\`, then pulumi up deletes ${formerly ?? "the old home"}`, back];
    }
  }
};

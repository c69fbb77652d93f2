import { z } from "zod";
import { fields, whole } from "./fields";
import { runner } from "./runner";

/** How a service's data is moved. */
export const migration = fields({
  mode: z
    .enum(["offline", "online"])
    .default("offline")
    .describe(
      "offline: copied while the service cannot write. online: copied and followed, then switched in a moment.",
    ),
  verify: z
    .enum(["checksum", "count"])
    .default("checksum")
    .describe("checksum: every table counted and hashed on both sides. count: counted only."),
  strategy: z
    .enum(["auto", "copy"])
    .default("auto")
    .describe(
      "auto: the cheapest faithful one; inside one database the tables change their schema, on one server files are copied. copy: row by row, wherever the new home is.",
    ),
  jobs: whole(1, 128)
    .exactOptional()
    .describe(
      "Tables copied and indexes built at the same time; from 4 on, a table of a gigabyte that would outlast the others is divided. Default: the machine's cores, at most 8.",
    ),
  fenceTimeout: whole(1, 2_147_483_647)
    .exactOptional()
    .describe(
      "Milliseconds to wait for a table's lock and for writers to finish, when fencing. Default: 30000.",
    ),
  drainTimeout: whole(1, 2_147_483_647)
    .exactOptional()
    .describe(
      "Online: milliseconds that the last changes may take to arrive, once the service cannot write. Default: 30000.",
    ),
  copyRate: whole(1, Number.MAX_SAFE_INTEGER)
    .exactOptional()
    .describe("Bytes of rows copied per second at most, by all jobs together. Default: as fast as it goes."),
  maxStandbyLag: whole(1, Number.MAX_SAFE_INTEGER)
    .exactOptional()
    .describe(
      "Bytes of WAL that the old home's own standbys may be behind; while they are more, no rows are copied. Default: nobody looks.",
    ),
  runner: runner
    .exactOptional()
    .describe(
      "Who shares in the copying of big datasets. Default: the process that runs pulumi up copies alone.",
    ),
}).meta({ id: "Migration", description: "How a service's data is moved when its home changes." });

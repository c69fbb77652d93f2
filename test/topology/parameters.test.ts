import { cloudSqlEdition, cloudSqlFlags } from "@rehome/topology";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLOUD_SQL_FLAGS } from "../../topology/src/platform/cloudsql-flags";
import { inUnit } from "../../topology/src/platform/units";
import { complaints, stack } from "./stacks";

const flags = (given: Record<string, string>) => {
  const { parameters, problems } = cloudSqlFlags(given);
  expect(problems).toEqual([]);
  return parameters;
};
const problems = (given: Record<string, string>) =>
  cloudSqlFlags(given).problems.map(({ name, message }) => `${name} ${message}`);

describe("parameters on Cloud SQL", () => {
  it.each([
    ["work_mem", "8MB", "8192"],
    ["work_mem", "32MB", "32768"],
    ["work_mem", "4096", "4096"],
    ["maintenance_work_mem", "1GB", "1048576"],
    ["shared_buffers", "512MB", "65536"],
    ["shared_buffers", "1GB", "131072"],
    ["effective_cache_size", "1.5GB", "196608"],
    ["temp_buffers", "8kB", "1"],
    ["wal_buffers", "-1", "-1"],
    ["max_wal_size", "2GB", "2048"],
    ["track_activity_query_size", "4kB", "4096"],
    ["statement_timeout", "30s", "30000"],
    ["idle_in_transaction_session_timeout", "10min", "600000"],
    ["checkpoint_timeout", "15min", "900"],
    ["autovacuum_naptime", "1min", "60"],
    ["log_min_duration_statement", "250ms", "250"],
    ["log_min_duration_statement", "-1", "-1"],
    ["autovacuum_vacuum_cost_delay", "2.5ms", "2.5"],
    ["autovacuum_vacuum_cost_delay", "500us", "0.5"],
    ["commit_delay", "1000", "1000"],
    ["random_page_cost", "1.1", "1.1"],
    ["max_connections", "200", "200"],
    ["log_connections", "true", "on"],
    ["jit", "no", "off"],
    ["pgaudit.log", "write,ddl", "write,ddl"],
    ["WORK_MEM", "1MB", "1024"],
  ])("%s: %s is %s there", (name, value, there) => {
    expect(flags({ [name]: value })).toEqual({ [name.toLowerCase()]: there });
  });

  it("that Cloud SQL has under another name go by that", () => {
    expect(flags({ wal_level: "logical" })).toEqual({ "cloudsql.logical_decoding": "on" });
    expect(flags({ wal_level: "replica" })).toEqual({ "cloudsql.logical_decoding": "off" });
    expect(flags({ shared_preload_libraries: 'pgaudit, pg_stat_statements,"pg_cron"' })).toEqual({
      "cloudsql.enable_pgaudit": "on",
      "cloudsql.enable_pg_cron": "on",
    });
  });

  it("that it does not have are refused, with what to do", () => {
    expect(problems({ fsync: "off" })).toEqual([
      expect.stringMatching(
        /^fsync is no flag of Cloud SQL; leave it out, or write it in a service's settings/,
      ),
    ]);
    expect(problems({ wrok_mem: "8MB" })).toEqual([expect.stringMatching(/Did you mean "work_mem"\?$/)]);
    expect(problems({ wal_level: "minimal" })).toEqual([
      "wal_level Cloud SQL has wal_level replica or logical; write one of them",
    ]);
    expect(problems({ shared_preload_libraries: "timescaledb" })).toEqual([
      expect.stringMatching(/cannot load "timescaledb"; libraries: auto_explain, /),
    ]);
  });

  it("with values that PostgreSQL would not take are refused", () => {
    expect(problems({ work_mem: "8mb" })).toEqual([
      'work_mem "mb" is no unit of it; units: B, kB, MB, GB, TB, in this very case',
    ]);
    expect(problems({ work_mem: "much" })).toEqual(['work_mem "much" is not a number']);
    expect(problems({ max_connections: "200MB" })).toEqual([
      'max_connections "200MB" has a unit, and this parameter has none',
    ]);
    expect(problems({ shared_buffers: "99999999TB" })).toEqual([
      expect.stringMatching(/is more than PostgreSQL takes$/),
    ]);
    expect(problems({ jit: "perhaps" })).toEqual(['jit "perhaps" is neither on nor off']);
  });

  it("that say two things of one flag are refused; the same twice is one", () => {
    const decoding = { "cloudsql.logical_decoding": "off", wal_level: "logical" };
    expect(problems(decoding)).toEqual([
      "wal_level sets cloudsql.logical_decoding to on, and cloudsql.logical_decoding sets it to off; leave one out",
    ]);
    expect(flags({ ...decoding, "cloudsql.logical_decoding": "on" })).toEqual({
      "cloudsql.logical_decoding": "on",
    });
  });

  it("are numbers without a unit, whatever they were written in", () => {
    const integers = [...CLOUD_SQL_FLAGS].filter(([, { type }]) => type === "integer");
    const written = fc.tuple(
      fc.constantFrom(...integers),
      fc.integer({ min: 0, max: 1000 }),
      fc.constantFrom("", "B", "kB", "MB", "GB", "us", "ms", "s", "min", "h", "d"),
    );
    fc.assert(
      fc.property(written, ([[name], number, unit]) => {
        const { parameters, problems: found } = cloudSqlFlags({ [name]: `${number}${unit}` });
        if (found.length === 0) expect(parameters[name]).toMatch(/^\d+$/);
        else expect(parameters).toEqual({});
      }),
    );
  });
});

it("reads sizes as PostgreSQL does", () => {
  expect(inUnit(" 1.5 kB ", "B")).toEqual({ value: 1536 });
  expect(inUnit("2MB", "8kB")).toEqual({ value: 256 });
  expect(inUnit("1d", "min")).toEqual({ value: 1440 });
  expect(inUnit("1MB", "ms").trouble).toMatch(/no unit of it; units: us, ms, s, min, h, d/);
});

describe("a host's parameters in the stack file", () => {
  const host = (of: object) => complaints(stack({ hosts: { shared: of as never } }));

  it("are refused by the platform that does not have them, at their place", () => {
    const sql = { platform: "cloudsql", tier: "db-f1-micro", parameters: { fsync: "off", work_mem: "8MB" } };
    expect(host(sql)).toEqual([
      expect.stringMatching(/^parameter-refused hosts\.shared\.parameters\.fsync: is no/),
    ]);
  });

  it.each(["local", "docker"])("are PostgreSQL's on %s, not Google's", (platform) => {
    const parameters = {
      "cloudsql.logical_decoding": "on",
      "cloudsql.enable_pgaudit": "on",
      work_mem: "8MB",
    };
    expect(host({ platform, parameters })).toEqual([
      'parameter-refused hosts.shared.parameters["cloudsql.logical_decoding"]: is a flag of Cloud SQL; write wal_level: logical',
      'parameter-refused hosts.shared.parameters["cloudsql.enable_pgaudit"]: is a flag of Cloud SQL; write shared_preload_libraries: pgaudit',
    ]);
  });

  it("keep to what the instance's edition can do", () => {
    const sql = { platform: "cloudsql", tier: "db-custom-2-7680" };
    expect(host({ ...sql, backup: { logDays: 14 } })).toEqual([
      expect.stringMatching(
        /^platform-limit hosts\.shared\.backup\.logDays: is 14, and db-custom-2-7680 keeps 7/,
      ),
    ]);
    expect(host({ ...sql, tier: "db-perf-optimized-N-2", backup: { logDays: 14 } })).toEqual([]);
    expect(host({ ...sql, highAvailability: true, backup: { pointInTimeRecovery: false } })).toEqual([
      expect.stringMatching(/^platform-limit hosts\.shared\.highAvailability: needs backups/),
    ]);
    expect(host({ ...sql, backup: { enabled: false } })).toEqual([
      expect.stringMatching(/^platform-limit hosts\.shared\.backup\.pointInTimeRecovery: needs backups/),
    ]);
    expect(host({ ...sql, privateIp: false, network: "n" })).toEqual([
      expect.stringMatching(/^platform-limit hosts\.shared\.network/),
    ]);
    expect(["db-f1-micro", "db-perf-optimized-N-4"].map(cloudSqlEdition)).toEqual([
      "ENTERPRISE",
      "ENTERPRISE_PLUS",
    ]);
  });
});

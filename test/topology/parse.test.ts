import { parseTopology, TopologyError } from "@rehome/topology";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, complaints, stack } from "./stacks";

const home = at("shared", "d", "s");
const core = (more: object) => stack({ services: { core: { home, ...more } } });
const onHost = (host: object) => ({ hosts: { h: host }, services: {} });

describe("the form of a stack file", () => {
  it.each<[string, unknown, string[]]>([
    ["nothing", null, ["invalid-value : nothing (null) is not a mapping (key: value)"]],
    [
      "an empty file",
      {},
      [
        "missing hosts: is missing; write a mapping (name: …)",
        "missing services: is missing; write a mapping (name: …)",
      ],
    ],
    [
      "a platform misspelt",
      onHost({ platform: "locl" }),
      [
        'invalid-value hosts.h.platform: "locl" is not allowed; allowed: local, existing, stack, docker, cloudsql. Did you mean "local"?',
      ],
    ],
    [
      "no platform",
      onHost({}),
      ["missing hosts.h.platform: is missing; allowed: local, existing, stack, docker, cloudsql"],
    ],
    [
      "two unknown fields",
      onHost({ platform: "local", prt: 1, verison: 15 }),
      [
        'unknown-key hosts.h.prt: is not a field here; fields: platform, port, version, parameters, directory. Did you mean "port"?',
        'unknown-key hosts.h.verison: is not a field here; fields: platform, port, version, parameters, directory. Did you mean "version"?',
      ],
    ],
    [
      "a port too big",
      onHost({ platform: "local", port: 65536 }),
      ["invalid-value hosts.h.port: 65536 is too big; at most 65535"],
    ],
    [
      "a port too small",
      onHost({ platform: "docker", port: 0 }),
      ["invalid-value hosts.h.port: 0 is too small; at least 1"],
    ],
    [
      "a port in text",
      onHost({ platform: "local", port: "5432" }),
      ['invalid-value hosts.h.port: "5432" is not a number; write it without quotes: 5432'],
    ],
    [
      "a parameter that is Rehome's",
      onHost({ platform: "local", parameters: { Port: 1 } }),
      [
        "invalid-value hosts.h.parameters.Port: is set by Rehome itself; leave it out (a port is the host's own field)",
      ],
    ],
    [
      "a tenant that YAML takes for a number",
      stack({ tenants: [7] as never }),
      ['invalid-value tenants[0]: 7 is not a text; write it in quotes: "7"'],
    ],
    [
      "no home",
      stack({ services: { core: {} } }),
      [
        "invalid-value services.core: has neither home nor datasets; write home: { host: …, database: …, schema: … }",
      ],
    ],
    [
      "no datasets",
      stack({ services: { core: { datasets: {} } } }),
      [
        "invalid-value services.core: has neither home nor datasets; write home: { host: …, database: …, schema: … }",
      ],
    ],
    [
      "home and datasets",
      core({ datasets: { a: { home } } }),
      ["invalid-value services.core: has both home and datasets; make the home one of the datasets"],
    ],
    [
      "formerly beside datasets",
      stack({ services: { core: { formerly: home, datasets: { a: { home } } } } }),
      [
        "invalid-value services.core: has next, formerly, startEmpty or tables but no home; write them beside the home they belong to",
      ],
    ],
    [
      "a mode misspelt",
      core({ migration: { mode: "onlin" } }),
      [
        'invalid-value services.core.migration.mode: "onlin" is not allowed; allowed: offline, online. Did you mean "online"?',
      ],
    ],
    [
      "a parameter's name",
      core({ settings: { "work mem": "1" } }),
      [
        'invalid-value services.core.settings["work mem"]: "work mem" is not a parameter\'s name; letters, digits and "_", as in work_mem or app.tenant_id',
      ],
    ],
    [
      "a setting without value",
      core({ settings: { work_mem: null } }),
      ["invalid-value services.core.settings.work_mem: is not a value; write a text, a number or true/false"],
    ],
    [
      "a pool upside down",
      core({ pool: { max: 3, idle: 9 } }),
      ["invalid-value services.core.pool.idle: 9 is more than max (3); lower it, or raise max"],
    ],
    [
      "a role of PostgreSQL's",
      core({ role: "pg_monitor" }),
      [
        'invalid-name services.core.role: "pg_monitor" is a name that PostgreSQL keeps for itself; choose another',
      ],
    ],
    [
      "the reader PUBLIC",
      core({ readers: ["public"] }),
      [
        'invalid-name services.core.readers[0]: "public" is a name that PostgreSQL keeps for itself; choose another',
      ],
    ],
    [
      "an empty schema",
      core({ home: at("shared", "d", "") }),
      ["invalid-value services.core.home.schema: is empty; write at least one, or leave the line out"],
    ],
    [
      "a NUL in a schema",
      core({ home: at("shared", "d", "a\0b") }),
      ["invalid-name services.core.home.schema: holds a NUL character, which no PostgreSQL name can"],
    ],
    [
      "half a character",
      core({ home: at("shared", "d", "\ud800") }),
      ["invalid-name services.core.home.schema: is not valid Unicode; PostgreSQL stores names in UTF-8"],
    ],
    [
      "a service that is a path",
      stack({ services: { "../etc": { home } } }),
      [
        'invalid-name services["../etc"]: "../etc" cannot name this: no control characters, "/", "\\", "." or ".."',
      ],
    ],
  ])("refuses %s", (_, input, expected) => {
    expect(complaints(input)).toEqual(expected);
  });

  it("says everything at once, a line each", () => {
    const wrong = { hosts: { a: { platform: "docker", port: -1 } }, services: { x: {} }, tenant: [] };
    const error = catchError(wrong);
    expect(error.code).toBe("invalid-topology");
    expect(error.message.split("\n")).toEqual([
      "rehome:topology hosts.a.port: -1 is too small; at least 1",
      "rehome:topology services.x: has neither home nor datasets; write home: { host: …, database: …, schema: … }",
      'rehome:topology tenant: is not a field here; fields: hosts, services, tenants, kubernetes. Did you mean "tenants"?',
    ]);
  });

  it("takes parameters as people write them in YAML", () => {
    const parameters = { max_connections: 200, work_mem: "8MB", random_page_cost: 1.1, jit: false };
    const parsed = parseTopology(onHost({ platform: "cloudsql", tier: "db-custom-2-7680", parameters }));
    expect(parsed.hosts.h).toHaveProperty("parameters", {
      max_connections: "200",
      work_mem: "8MB",
      random_page_cost: "1.1",
      jit: "false",
    });
  });

  it("takes undefined for absent, as TypeScript programs write it", () => {
    expect(parseTopology(core({ next: undefined, role: undefined }))).toEqual(parseTopology(core({})));
  });

  it("refuses __proto__ instead of dropping it", () => {
    const input: unknown = JSON.parse('{"hosts":{"__proto__":{"platform":"local"}},"services":{}}');
    expect(complaints(input)).toEqual(["invalid-name hosts.__proto__: cannot be a name; choose another"]);
  });

  it("refuses a value that contains itself", () => {
    const circular: Record<string, unknown> = { hosts: {} };
    circular.services = circular;
    expect(complaints(circular)[0]).toBe("invalid-value services: contains itself");
  });
});

describe("whatever it is given", () => {
  const words = fc.constantFrom(
    "hosts",
    "services",
    "tenants",
    "platform",
    "local",
    "home",
    "host",
    "url",
    "__proto__",
  );
  const json = fc.jsonValue({ maxDepth: 6 });
  const nearly = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, json, words, tie("mapping"), fc.array(tie("value"), { maxLength: 3 })),
    mapping: fc.dictionary(fc.oneof(words, fc.string()), tie("value"), { maxKeys: 4 }),
  })).mapping;

  it("parses or throws a TopologyError that lists problems", () => {
    fc.assert(
      fc.property(fc.oneof(json, nearly, fc.anything()), (input) => {
        const found = complaints(input);
        expect(found.every((line) => line.length > 0)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it("is read the same way twice", () => {
    const parsed = parseTopology(stack());
    expect(parseTopology(parsed)).toEqual(parsed);
  });

  it("passes hostile names through unchanged", () => {
    const label = fc.string({ unit: "grapheme", minLength: 1, maxLength: 10 }).filter(isLabel);
    const name = fc
      .oneof(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 15 }),
        fc.constantFrom(
          'a"b',
          "'; drop schema x; --",
          "line\nbreak",
          "Ünïcode ✓",
          "back\\slash",
          "SELECT",
          "a.b",
          "$1",
        ),
      )
      .filter(
        (text) =>
          !text.includes("\0") && !text.startsWith("pg_") && new TextEncoder().encode(text).length <= 63,
      )
      .filter((text) => !/[\uD800-\uDFFF]/u.test(text));
    fc.assert(
      fc.property(label, label, name, name, name, (host, service, database, schema, role) => {
        fc.pre(!["public", "none", "postgres"].includes(role.toLowerCase()) && !text(database, schema));
        const input = {
          hosts: { [host]: { platform: "local" } },
          services: { [service]: { role, home: { host, database, schema } } },
        };
        const parsed = parseTopology(input);
        expect(Object.keys(parsed.hosts)).toEqual([host]);
        expect(parsed.services[service]).toMatchObject({ role, home: { host, database, schema } });
      }),
    );
  });
});

const text = (database: string, schema: string) =>
  /^template[01]$|[%?#'\p{Cc}]/u.test(database) || ["rehome", "information_schema", "$user"].includes(schema);

function isLabel(name: string): boolean {
  const forbidden = /[\p{Cc}\u2028\u2029/\\]/u.test(name) || /[\uD800-\uDFFF]/u.test(name);
  return (
    !forbidden && ![".", "..", "__proto__"].includes(name) && new TextEncoder().encode(name).length <= 58
  );
}

function catchError(input: unknown): TopologyError {
  try {
    parseTopology(input);
  } catch (error) {
    if (error instanceof TopologyError) return error;
  }
  throw new Error("it parsed");
}

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  expand,
  parseTopology,
  placementName,
  transition,
  TopologyError,
  type Placement,
} from "@rehome/topology";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { placementName as engineName } from "../../migration/src/naming";
import { yamlLine } from "../../topology/src/yaml";
import { at } from "./stacks";

const HOSTILE = [
  `it's`,
  `say "hi"`,
  `public"; DROP SCHEMA public; --`,
  "back\\slash",
  "$$",
  "%s",
  "{a: b}",
  "[x]",
  "# no comment",
  "- a",
  "&a",
  "*a",
  "!tag",
  "| a",
  "> a",
  "a: b",
  "null",
  "~",
  "yes",
  "0x10",
  "1e3",
  "two\nlines",
  "tab\there",
  " padded ",
  "\u0085\u2028\u2029\ufeff",
  "\u202ertl",
  "e\u0301",
  "👩‍👩‍👧",
  "日".repeat(21),
  "$user",
  "PUBLIC",
  "pg_catalog",
  "rehome",
  "template1",
  "{tenant}",
  "__proto__",
  "constructor",
  "\ud800",
];
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("shared", "legacy", "orders", "billing", "public") },
  { weight: 2, arbitrary: fc.constantFrom(...HOSTILE) },
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
);
const placement: fc.Arbitrary<Placement> = fc.record({ host: name, database: name, schema: name });
/** What people put in the wrong place. */
const SECRET = "hunter2 ' \" \\ %41";
const url = fc.constantFrom(
  "postgres://admin@db.example.com:5432/postgres",
  "postgres://ad%40min%3A%2F%22@10.0.0.1/d%20b?sslmode=verify-full&sslrootcert=/ca.pem",
  `postgres://admin:${encodeURIComponent(SECRET)}@db/postgres`,
  `postgres://admin:${SECRET}@db/postgres`,
  `postgres://db/postgres?password=${SECRET}`,
  `postgres://admin@db/${SECRET}@x`,
  `postgres://admin@db/x#${SECRET}`,
  SECRET,
);
const reference = fc.oneof(
  fc.record({ env: fc.constantFrom("PASSWORD", SECRET) }),
  fc.record({ config: fc.constantFrom("key") }),
  fc.constantFrom(SECRET, { password: SECRET }, { config: SECRET, env: SECRET }, [SECRET]),
);
const host = fc.oneof(
  fc.record({ platform: fc.constant("local") }),
  fc.record({
    platform: fc.constant("local"),
    port: fc.integer(),
    parameters: fc.dictionary(name, name, { maxKeys: 2 }),
  }),
  fc.record(
    { platform: fc.constant("existing"), url, password: reference, manage: fc.boolean() },
    { requiredKeys: ["platform"] },
  ),
);
const service = fc.record(
  {
    ...{ role: name, home: placement, next: placement, formerly: placement, startEmpty: fc.boolean() },
    ...{
      readers: fc.array(name, { maxLength: 2 }),
      settings: fc.dictionary(name, name, { maxKeys: 2 }),
      password: reference,
    },
    ...{ after: fc.array(name, { maxLength: 1 }), tables: fc.array(name, { maxLength: 2 }) },
  },
  { requiredKeys: ["home"] },
);
const stackFile = fc.record({
  hosts: fc
    .dictionary(name, host, { maxKeys: 3 })
    .map((hosts) => ({ shared: { platform: "local" }, ...hosts })),
  services: fc.dictionary(name, service, { minKeys: 1, maxKeys: 3 }),
  tenants: fc.array(name, { maxLength: 2 }),
});
/** A stack file that is right, for all that a name may be. */
const rightful = fc
  .record({ database: name, schema: name, service: name, role: name })
  .map(({ database, schema, service: who, role }) => ({
    hosts: { shared: { platform: "local" } },
    services: { [who]: { role, home: { host: "shared", database, schema } } },
  }));

const read = (input: unknown): ReturnType<typeof parseTopology> | TopologyError => {
  try {
    return parseTopology(input);
  } catch (error) {
    if (error instanceof TopologyError) return error;
    throw error;
  }
};

describe("whatever a stack file says", () => {
  it("it is parsed, or refused with messages of one line that name the place and hold no secret", () => {
    const outcomes = { parsed: 0, refused: 0 };
    fc.assert(
      fc.property(fc.oneof(stackFile, rightful), (input) => {
        const result = read(input);
        if (!(result instanceof TopologyError)) {
          outcomes.parsed += 1;
          expect(expand(result).services.map((one) => one.name)).toEqual(Object.keys(input.services));
          return;
        }
        outcomes.refused += 1;
        for (const { code, path, message } of result.problems) {
          expect(code).toMatch(/^[a-z-]+$/);
          expect(path).toMatch(/^(hosts|services|tenants)/);
          expect(`${path}: ${message}`).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]/u);
          expect(message.length).toBeGreaterThan(10);
          expect(message).not.toContain("hunter2");
          expect(path).not.toContain("hunter2");
        }
      }),
      { numRuns: 2000 },
    );
    expect(outcomes.parsed).toBeGreaterThan(100);
    expect(outcomes.refused).toBeGreaterThan(100);
  });

  it("what was parsed reads the same when it is written and read again, as JSON and as YAML", () => {
    fc.assert(
      fc.property(rightful, (input) => {
        const once = read(input);
        fc.pre(!(once instanceof TopologyError));
        expect(parseTopology(once)).toEqual(once);
        expect(parseTopology(JSON.parse(JSON.stringify(once)))).toEqual(once);
        expect(parseTopology(parse(stringify(once)))).toEqual(once);
      }),
      { numRuns: 1000 },
    );
  });

  it("the lines that a message says to write are one line each, and are read as they were meant", () => {
    fc.assert(
      fc.property(placement, (given) => {
        fc.pre(!Object.values(given).join("").includes("\ud800"));
        const line = yamlLine("home", given);
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(parse(line)).toEqual({ home: given });
      }),
      { numRuns: 2000 },
    );
  });
});

describe("placements", () => {
  it("go there and back, whatever their names", () => {
    fc.assert(
      fc.property(placement, placement, (a, b) => {
        fc.pre(placementName(a) !== placementName(b));
        const [atA, atB] = [{ home: a }, { home: b, formerly: a }];
        const back = { home: a, formerly: b };
        expect(transition(undefined, atA)).toEqual({ kind: "settle" });
        expect(transition(atA, atB)).toEqual({ kind: "move", from: a, to: b, prepared: false });
        expect(transition(atB, back)).toEqual({ kind: "roll-back", from: b, to: a });
        expect(transition(back, atB)).toEqual({ kind: "roll-back", from: a, to: b });
        expect(transition(atB, { home: b })).toEqual({ kind: "retire", home: b, old: a });
        expect(transition(atA, { home: b })).toMatchObject({ kind: "refused", code: "home-changed" });
        expect(transition(atB, { home: a })).toMatchObject({ kind: "refused" });
      }),
    );
  });

  it("have names of their own, on one line, the same in the engine's journal", () => {
    const near = fc.stringMatching(/^[ab."/ ]{1,4}$/);
    const any = fc.record({
      host: fc.oneof(near, name),
      database: fc.oneof(near, name),
      schema: fc.oneof(near, name),
    });
    fc.assert(
      fc.property(any, any, (one, other) => {
        expect(placementName(one)).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
        expect(engineName(one)).toBe(placementName(one));
        if (JSON.stringify(one) !== JSON.stringify(other))
          expect(placementName(one)).not.toBe(placementName(other));
      }),
      { numRuns: 3000 },
    );
  });
});

describe("names that the server, or Pulumi's provider for it, takes for something else", () => {
  const told = (service: object): string => {
    const result = read({
      hosts: { shared: { platform: "local" }, theirs: { platform: "existing", url: "postgres://a@db" } },
      services: { core: { home: at("shared", "d", "s"), ...service } },
    });
    return result instanceof TopologyError
      ? result.problems.map(({ code, path }) => `${code} ${path}`).join()
      : "parsed";
  };
  it.each([
    [{ home: at("shared", "d", "$user") }, "reserved-name services.core.home.schema"],
    [{ role: "Public" }, "invalid-name services.core.role"],
    [{ readers: ["PUBLIC"] }, "invalid-name services.core.readers[0]"],
    [{ home: at("shared", "d", "Public") }, "parsed"],
    [{ home: at("shared", "100%41", "s") }, "invalid-name services.core.home.database"],
    [{ home: at("shared", "d?sslmode=disable", "s") }, "invalid-name services.core.home.database"],
    [{ home: at("shared", "it's", "s") }, "invalid-name services.core.home.database"],
    [{ home: at("shared", "d#x", "s") }, "invalid-name services.core.home.database"],
    [{ home: at("shared", "two\nlines", "s") }, "invalid-name services.core.home.database"],
    [{ home: at("theirs", "d?#%'\n", "s") }, "parsed"],
  ])("%j", (service, says) => {
    expect(told(service)).toBe(says);
  });
});

it("every code of a problem is declared", () => {
  const declared = readFileSync(join(__dirname, "../../topology/src/topology-error.ts"), "utf8");
  fc.assert(
    fc.property(stackFile, (input) => {
      const result = read(input);
      if (result instanceof TopologyError)
        for (const { code } of result.problems) expect(declared).toContain(`"${code}"`);
    }),
  );
});

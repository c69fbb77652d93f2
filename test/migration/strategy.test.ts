import { describe, expect, it } from "vitest";
import type { SchemaInspection } from "../../migration/src/inspect/schema";
import type { TargetInspection } from "../../migration/src/plan/finding";
import { chooseStrategy } from "../../migration/src/plan/strategy";

const server = { host: "db", port: 5432, user: "postgres" };
const from = { host: "old", server, database: "crm", schema: "public", owner: "crm_user" };
const to = { host: "new", server, database: "crm_new", schema: "crm", owner: "crm_user", ownDatabase: true };
const database = { locale: "UTF8 C", others: [] as string[], replaceable: true };
const source = {
  database,
  extensions: [] as SchemaInspection["extensions"],
  rights: { superuser: true },
  entries: [{ kind: "type", name: "span", definition: "r f numeric" }],
} as unknown as SchemaInspection;
const target = {
  database,
  installedExtensions: new Map<string, string>(),
} as unknown as TargetInspection;
const request = { from, to, options: { mode: "offline", verify: "checksum" } } as const;
const citext = { name: "citext", schema: "public", version: "1.6", relocatable: true };

interface Case {
  readonly when: string;
  readonly to?: object;
  readonly tables?: readonly string[];
  readonly strategy?: "copy";
  readonly source?: object;
  readonly target?: object | undefined;
  readonly chosen: string;
  readonly because: RegExp;
}

const cases: Case[] = [
  {
    when: "the server is another",
    to: { server: { ...server, port: 5433 } },
    chosen: "copy",
    because: /another server/,
  },
  {
    when: "the server is still to be created",
    to: { server: undefined },
    chosen: "copy",
    because: /another server/,
  },
  {
    when: "the database is the same",
    to: { database: "crm" },
    chosen: "set-schema",
    because: /no row is touched/,
  },
  { when: "the server is the same", chosen: "template", because: /files are copied/ },
  {
    when: "the new database is still to be created",
    target: undefined,
    chosen: "template",
    because: /files/,
  },
  {
    when: "the file asks for it",
    strategy: "copy",
    to: { database: "crm" },
    chosen: "copy",
    because: /asks for it/,
  },
  {
    when: "an administrator that is no superuser meets range types",
    to: { database: "crm" },
    source: { rights: { superuser: false } },
    chosen: "copy",
    because: /only a superuser.*range types/,
  },
  {
    when: "an administrator that is no superuser meets other types",
    to: { database: "crm" },
    source: { rights: { superuser: false }, entries: [{ kind: "type", name: "e", definition: "e f 'a'" }] },
    chosen: "set-schema",
    because: /no row is touched/,
  },
  { when: "a part moves", tables: ["a"], chosen: "copy", because: /a part/ },
  {
    when: "others are placed there",
    to: { ownDatabase: false },
    chosen: "copy",
    because: /not this dataset's alone/,
  },
  {
    when: "others live in the old database",
    source: { database: { ...database, others: ["schema hr", "publication p", "schema x"] } },
    chosen: "copy",
    because: /also holds schema hr; publication p; and 1 more/,
  },
  {
    when: "others live in the new one",
    target: { ...target, database: { ...database, others: ["schema hr"] } },
    chosen: "copy",
    because: /new home's database also holds schema hr/,
  },
  {
    when: "the old one may not be copied",
    source: { database: { ...database, replaceable: false } },
    chosen: "copy",
    because: /may not copy/,
  },
  {
    when: "the new one may not be replaced",
    target: { ...target, database: { ...database, replaceable: false } },
    chosen: "copy",
    because: /may not replace/,
  },
  {
    when: "the locales differ",
    target: { ...target, database: { ...database, locale: "UTF8 de_DE" } },
    chosen: "copy",
    because: /locale/,
  },
  {
    when: "the new one has an extension of its own",
    target: { ...target, installedExtensions: new Map([["postgis", "public"]]) },
    chosen: "copy",
    because: /postgis/,
  },
  {
    when: "an extension is in public",
    source: { extensions: [citext] },
    chosen: "template",
    because: /files/,
  },
];

describe("the strategy", () => {
  it.each(cases)("is $chosen when $when", ({ chosen, because, ...change }) => {
    const options = { ...request.options, ...(change.strategy && { strategy: change.strategy }) };
    const asked = {
      ...request,
      to: { ...to, ...change.to },
      options,
      ...(change.tables && { tables: change.tables }),
    };
    const there = "target" in change ? (change.target as TargetInspection | undefined) : target;
    const choice = chooseStrategy(asked, { ...source, ...change.source }, there);
    expect(choice).toEqual({ strategy: chosen, because: expect.stringMatching(because) as string });
  });

  it("is copy when an extension stays in a schema that goes", () => {
    const core = { ...request, from: { ...from, schema: "core" } };
    const inCore = { ...source, extensions: [{ ...citext, schema: "core" }] } as SchemaInspection;
    expect(chooseStrategy(core, inCore, target)).toMatchObject({ strategy: "copy" });
  });
});

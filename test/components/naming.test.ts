import fc from "fast-check";
import { expect, it } from "vitest";
import { decodeName, decodePart, encodePart } from "@rehome/components";
import { defaultDirectory } from "../../components/src/hosts/local-host";
import { databaseName, inDatabase, inSchema, onHost, schemaName } from "../../components/src/naming";

const part = fc.string({ minLength: 1 });

it("reads what it writes", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(decodePart(encodePart(text))).toBe(text);
    }),
  );
});

it("reads back the placement and who from a logical name, whatever the names are", () => {
  fc.assert(
    fc.property(part, part, part, part, (who, host, database, schema) => {
      expect(decodeName(inSchema(who, { host, database, schema }))).toEqual({ who, host, database, schema });
      expect(decodeName(schemaName({ host, database, schema }))).toEqual({ host, database, schema });
      expect(decodeName(inDatabase(who, host, database))).toEqual({ who, host, database });
      expect(decodeName(databaseName(host, database))).toEqual({ host, database });
    }),
  );
});

it("gives different things different names", () => {
  fc.assert(
    fc.property(part, part, part, part, (a, b, c, d) => {
      if (a === c && b === d) return;
      expect(onHost(a, b)).not.toBe(onHost(c, d));
      expect(databaseName(a, b)).not.toBe(databaseName(c, d));
    }),
  );
});

it("keeps a name on one line", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(encodePart(text)).not.toMatch(/\p{Cc}/u);
      expect(decodePart(encodePart(text))).toBe(text);
    }),
  );
  expect(encodePart("two\nlines")).toBe("two%0Alines");
});

it("keeps a cluster's data where no shell reads its path otherwise, and plain names readable", () => {
  expect(defaultDirectory("shop", "dev", "main")).toBe(".rehome/shop/dev/main");
  expect(defaultDirectory("shop", "dev", `a"b$(c) \\\`d'`)).toBe(".rehome/shop/dev/a%22b%24(c)%20%5C%60d%27");
});

it("leaves ordinary names as they are", () => {
  expect(inSchema("core", { host: "shared", database: "chiro_erp", schema: "core_schema" })).toBe(
    "core@shared/chiro_erp.core_schema",
  );
});

it("reads no placement where there is none", () => {
  expect(["", "shared", "core_user@shared", "a/b.c.d", "a@b@c/d"].map(decodeName)).toEqual(
    Array(5).fill(undefined),
  );
});

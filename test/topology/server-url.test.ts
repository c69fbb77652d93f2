import { serverAddress } from "@rehome/topology";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { complaints } from "./stacks";

const withUrl = (url: string, more = {}) =>
  complaints({ hosts: { h: { platform: "existing", url, ...more } }, services: {} });

describe("the URL of an existing host", () => {
  it("is read with its defaults", () => {
    expect(serverAddress({ url: "postgres://admin@db.example" })).toEqual({
      host: "db.example",
      port: 5432,
      user: "admin",
      database: "postgres",
    });
    expect(
      serverAddress({ url: "postgresql://a%40b@[::1]:6000/x%2Fy?sslmode=verify-full&sslrootcert=/ca.pem" }),
    ).toEqual({
      host: "::1",
      port: 6000,
      user: "a@b",
      database: "x/y",
      sslmode: "verify-full",
      sslrootcert: "/ca.pem",
    });
  });

  it.each([
    ["", "invalid-value hosts.h.url: is not a URL"],
    ["mysql://a@h", "invalid-value hosts.h.url: does not begin with postgres://"],
    ["postgres://h:5432/db", "invalid-value hosts.h.url: names no administrator"],
    ["postgres:///db", "invalid-value hosts.h.url: names no server"],
    ["postgres://a@h:70000", "invalid-value hosts.h.url: is not a URL"],
    ["postgres://a@h?sslmode=prefer", "invalid-value hosts.h.url: has an unknown sslmode; allowed: disable"],
    ["postgres://a@h?connect_timeout=3", "invalid-value hosts.h.url: has a parameter other than"],
    ["postgres://a@h/%E0%A4%A", "invalid-value hosts.h.url: has a broken % sequence"],
  ])("refuses %j", (url, expected) => {
    expect(withUrl(url)).toEqual([expect.stringContaining(expected)]);
  });

  it("refuses a password, and never repeats it", () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9!$&*+@:#%/?=-]{6,30}$/), (secret) => {
        for (const url of [
          `postgres://a:${secret}@h/db`,
          `postgres://a:${encodeURIComponent(secret)}@h`,
          `postgres://a@h?password=${secret}`,
          secret,
        ]) {
          const found = withUrl(url);
          expect(found).toHaveLength(1);
          expect(found[0]).not.toContain(secret);
        }
      }),
    );
    expect(withUrl("postgres://a:s3cret@h")[0]).toContain(
      "password-in-url hosts.h.url: holds a password; take it out",
    );
  });

  it("refuses a password in the place of its reference, and never repeats it", () => {
    for (const password of [
      "s3cret",
      { config: "k", env: "V" },
      { value: "s3cret" },
      53_637,
      null,
      ["s3cret"],
    ]) {
      const found = withUrl("postgres://a@h", { password });
      expect(found).toHaveLength(1);
      expect(found[0]).toContain("hosts.h.password: says where a password is, never the password itself");
      expect(found[0]).not.toMatch(/s3cret|53637/);
    }
  });
});

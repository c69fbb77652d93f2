import { expect, it } from "vitest";
import { searchPath } from "../../components/src/search-path";

it("puts the service's schemas first and public last", () => {
  expect(searchPath(["contact_service", "contact_log"])).toBe("contact_service, contact_log, public");
});

it("names public once", () => {
  expect(searchPath(["public"])).toBe("public");
});

it("quotes what PostgreSQL would fold or split", () => {
  expect(searchPath(["Core", "a,b", 'say "hi"'])).toBe('"Core", "a,b", "say ""hi""", public');
});

it("leaves PostgreSQL's default where there is no schema", () => {
  expect(searchPath([])).toBeUndefined();
});

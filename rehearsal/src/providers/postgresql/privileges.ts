import { RehearsalError } from "../../rehearsal-error";
import type { Properties } from "./define";

const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  database: ["CREATE", "CONNECT", "TEMPORARY"],
  table: ["SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"],
  sequence: ["USAGE", "SELECT", "UPDATE"],
  schema: ["CREATE", "USAGE"],
  function: ["EXECUTE"],
  procedure: ["EXECUTE"],
  routine: ["EXECUTE"],
  type: ["USAGE"],
  foreign_data_wrapper: ["USAGE"],
  foreign_server: ["USAGE"],
  column: ["SELECT", "INSERT", "UPDATE", "REFERENCES"],
};

/** @throws RehearsalError for a privilege that this kind of object does not have */
export const checkPrivileges = (grant: Properties): void => {
  const type = grant.text("objectType");
  const allowed = ["ALL", ...(ALLOWED[type] ?? []), ...(type === "table" ? ["MAINTAIN"] : [])];
  const wrong = grant.list("privileges").find((privilege) => !allowed.includes(privilege));
  if (wrong !== undefined) {
    throw new RehearsalError("bad-privilege", `${wrong} is not an allowed privilege for object type ${type}`);
  }
};

/** Whether what was granted is what was asked for; `ALL` is every privilege the object has. */
export const samePrivileges = (granted: readonly string[], grant: Properties): boolean => {
  const asked = grant.list("privileges");
  const same = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every((privilege) => b.includes(privilege));
  if (same([...new Set(granted)], asked)) return true;
  const every = ALLOWED[grant.text("objectType")] ?? [];
  return asked.includes("ALL") && every.every((privilege) => granted.includes(privilege));
};

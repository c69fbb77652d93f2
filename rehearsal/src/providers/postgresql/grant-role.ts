import type { Attributes } from "../attributes";
import { defineKind, type Properties } from "./define";
import { identifier } from "./quote";
import type { Session } from "./server";

const attributes: Attributes = {
  role: { required: true, forceNew: true },
  grantRole: { required: true, forceNew: true },
  withAdminOption: { default: false, forceNew: true },
};

const revoke = (session: Session, grant: Properties): Promise<void> =>
  session.run(`REVOKE ${identifier(grant.text("grantRole"))} FROM ${identifier(grant.text("role"))}`);

export const grantRole = defineKind({
  attributes,
  id: (grant) =>
    [grant.text("role"), grant.text("grantRole"), String(grant.flag("withAdminOption"))].join("_"),
  create: (server, grant) =>
    server.transaction(undefined, async (session) => {
      await revoke(session, grant);
      const option = grant.flag("withAdminOption") ? " WITH ADMIN OPTION" : "";
      await session.run(
        `GRANT ${identifier(grant.text("grantRole"))} TO ${identifier(grant.text("role"))}${option}`,
      );
    }),
  update: () => Promise.resolve(), // every change is a replacement
  remove: (server, grant) => server.transaction(undefined, (session) => revoke(session, grant)),
  read: (server, _id, grant) =>
    server.session(undefined, async (session) => {
      const [row] = await session.rows<{ admin: boolean }>(
        `SELECT admin_option AS admin FROM pg_auth_members
         WHERE pg_get_userbyid(member) = $1 AND pg_get_userbyid(roleid) = $2`,
        [grant.text("role"), grant.text("grantRole")],
      );
      return row === undefined ? undefined : { withAdminOption: row.admin };
    }),
});

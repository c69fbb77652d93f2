import type { ProviderPackage, ResourceKind } from "../provider";
import { database } from "./database";
import { defaultPrivileges } from "./default-privileges";
import { extension } from "./extension";
import { grant } from "./grant";
import { grantRole } from "./grant-role";
import { role } from "./role";
import { schema } from "./schema";

const KINDS: Readonly<Record<string, ResourceKind>> = {
  "postgresql:index/database:Database": database,
  "postgresql:index/defaultPrivileges:DefaultPrivileges": defaultPrivileges,
  "postgresql:index/extension:Extension": extension,
  "postgresql:index/grant:Grant": grant,
  "postgresql:index/grantRole:GrantRole": grantRole,
  "postgresql:index/role:Role": role,
  "postgresql:index/schema:Schema": schema,
};

/** Acts on real servers as Pulumi's PostgreSQL provider does. */
export const postgresql: ProviderPackage = { name: "postgresql", kind: (type) => KINDS[type] };

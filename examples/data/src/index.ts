export type { LegacyServer } from "./load-database";
export { loadWorld, type LoadArgs, type LoadedWorld, type LoadProgress } from "./load-world";
export { defaultPassword } from "./passwords";
export { WORLDS, databasesOf, rolesOf, tenantNames, type LegacyDatabase, type World } from "./worlds";

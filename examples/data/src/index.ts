export type { LegacyServer } from "./load-database";
export { loadWorld, type LoadArgs, type LoadedWorld, type LoadProgress } from "./load-world";
export { defaultPassword, exportLines, passwordVariable } from "./passwords";
export { prepareWorld } from "./prepare-world";
export { WORLDS, databasesOf, rolesOf, tenantNames, type LegacyDatabase, type World } from "./worlds";

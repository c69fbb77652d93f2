import type { ProviderPackage, ResourceKind } from "../provider";
import { databaseInstance } from "./database-instance";
import { user } from "./user";

export { throughGoogle } from "./dial";
export { connectorEnvironment } from "./variables";

/** Stands for Cloud SQL: an instance is a server of this machine, below `directory`. */
export const gcp = (directory: string): ProviderPackage => {
  const kinds: Readonly<Record<string, ResourceKind>> = {
    "gcp:sql/databaseInstance:DatabaseInstance": databaseInstance(directory),
    "gcp:sql/user:User": user(directory),
  };
  return { name: "gcp", kind: (type) => kinds[type] };
};

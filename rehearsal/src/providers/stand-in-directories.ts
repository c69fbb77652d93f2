import { join } from "node:path";

/** Where the servers are that stand for a cloud's and for containers'. */
export const standInDirectories = (root: string) => ({
  instances: join(root, ".rehome", "cloudsql"),
  volumes: join(root, ".rehome", "docker"),
});

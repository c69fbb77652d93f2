import * as postgresql from "@pulumi/postgresql";
import * as pulumi from "@pulumi/pulumi";

/** A role as the configuration has it, on a server that nobody gets to. */
const config = new pulumi.Config("policed");
const provider = new postgresql.Provider("nowhere", { host: "127.0.0.1", port: 1, username: "nobody" });
const password = config.getSecret("password");
new postgresql.Role(
  "boss",
  {
    name: config.require("name"),
    superuser: config.getBoolean("superuser") ?? false,
    ...(password === undefined ? {} : { password }),
  },
  { provider },
);

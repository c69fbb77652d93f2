import * as pulumi from "@pulumi/pulumi";

const other = new pulumi.StackReference("organization/things/dev");
export const kinds = other.requireOutput("kinds");
export const password = other.requireOutput("password");

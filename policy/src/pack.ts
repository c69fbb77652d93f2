import { PolicyPack } from "@pulumi/policy";
import { policiesFor } from "./index";

/** The stack under review; none when the pack is only asked what it holds, as by `pulumi policy publish`. */
const stack = process.env["PULUMI_NODEJS_STACK"] ?? process.env["PULUMI_STACK"] ?? "";

new PolicyPack("rehome", { enforcementLevel: "advisory", policies: policiesFor(stack) });

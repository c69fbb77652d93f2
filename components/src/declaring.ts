import type * as pulumi from "@pulumi/pulumi";
import type { CreationGuard } from "./creation/creation-guard";
import { manages, type Host } from "./hosts/host";
import type { Inventory } from "./inventory";
import type { ReleaseGuard } from "./release/release-guard";

/** What the declaring functions share. */
export interface Declaring {
  readonly parent: pulumi.Resource;
  readonly hosts: ReadonlyMap<string, Host>;
  readonly inventory: Inventory;
  readonly guard: ReleaseGuard;
  readonly creation: CreationGuard;
}

/** What every resource on a host is declared with, or undefined where Rehome declares nothing. */
export const optionsOn = ({ parent, hosts }: Declaring, host: string) => {
  const found = hosts.get(host);
  if (found === undefined || !manages(found)) return undefined;
  return {
    options: { parent, provider: found.provider },
    host: found,
    retain: { retainOnDelete: found.custody === "kept" },
  };
};

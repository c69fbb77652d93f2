import type { ProviderPackage, ResourceKind } from "../provider";
import { text } from "../stand-in";
import type { Values } from "../../wire/values";
import { PORT } from "./address";
import { findInstance } from "./instance-file";

/** A provider's configuration that goes by Google's dialer, as one that goes to the instance's address. */
const dialled = (config: Values, directory: string): Values => {
  if (text(config["scheme"]) !== "gcppostgres") return config;
  const { address } = findInstance(directory, text(config["host"]));
  return { ...config, host: address, port: PORT, sslmode: "require" };
};

/** PostgreSQL's provider, which has Google's dialer built in: scheme gcppostgres, with a connection name as the host. */
export const throughGoogle = (provider: ProviderPackage, directory: string): ProviderPackage => ({
  ...provider,
  kind: (type) => {
    const kind = provider.kind(type);
    if (kind === undefined) return undefined;
    const to = <Call extends { readonly config: Values }>(call: Call): Call => ({
      ...call,
      config: dialled(call.config, directory),
    });
    return {
      check: kind.check, // nobody is asked
      diff: kind.diff,
      create: (call) => kind.create(to(call)),
      read: (call) => kind.read(to(call)),
      update: (call) => kind.update(to(call)),
      delete: (call) => kind.delete(to(call)),
    } satisfies ResourceKind;
  },
});

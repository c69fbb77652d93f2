import { parse, stringify } from "yaml";

interface StackFile {
  readonly config: {
    readonly "rehome:topology": {
      readonly hosts: Readonly<Record<string, unknown>>;
      readonly services: Readonly<Record<string, { readonly after?: readonly string[] }>>;
    };
  };
}

/** Whether lines of a stack file name a host. */
const names = (lines: unknown, host: string): boolean =>
  JSON.stringify(lines).includes(`"host":${JSON.stringify(host)}`);

/** A stack file with these services alone, and without the hosts of the others. */
export const onlyServices =
  (wanted: readonly string[]) =>
  (text: string): string => {
    const { hosts, services, ...rest } = (parse(text) as StackFile).config["rehome:topology"];
    const kept = Object.entries(services)
      .filter(([name]) => wanted.includes(name))
      .map(([name, { after, ...service }]) => {
        const before = after?.filter((other) => wanted.includes(other)) ?? [];
        return [name, { ...service, ...(before.length > 0 && { after: before }) }] as const;
      });
    const left = Object.entries(hosts).filter(([host]) => names(kept, host) || !names(services, host));
    const topology = { ...rest, hosts: Object.fromEntries(left), services: Object.fromEntries(kept) };
    return stringify({ config: { "rehome:topology": topology } });
  };

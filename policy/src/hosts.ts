import { HOST_COMPONENT, TYPES } from "./types";
import { list, text, texts } from "./known";
import type { Judged } from "./rule";

/** The host of the stack file that a server is, or that what is declared on it belongs to; undefined for none. */
export const hostOf = (resource: Judged): string | undefined => {
  for (let one: Judged | undefined = resource; one !== undefined; one = one.parent)
    if (HOST_COMPONENT.test(one.type)) return one.name;
  return undefined;
};

/** A place of the stack file, and the role that owns it. */
export interface Claim {
  readonly dataset: string;
  readonly owner: string;
  readonly field: "home" | "next" | "formerly";
  readonly host: string;
  readonly database: string;
  readonly schema: string;
}

/** Every place that a stack's datasets have, had or will have. */
export const claims = (resources: readonly Judged[]): readonly Claim[] =>
  resources
    .filter(({ type }) => type === TYPES.migration)
    .flatMap(({ props }) =>
      (["home", "next", "formerly"] as const).flatMap((field) => {
        const [host, database, schema] = ["host", "database", "schema"].map((key) => text(props, field, key));
        const [dataset, owner] = [text(props, "dataset"), text(props, "owner")];
        if (host === undefined || database === undefined || schema === undefined) return [];
        if (dataset === undefined || owner === undefined) return [];
        return [{ dataset, owner, field, host, database, schema }];
      }),
    );

/** A server's parameter, wherever its platform keeps them; undefined where it is not said. */
export const parameter = ({ type, props }: Judged, name: string): string | undefined => {
  switch (type) {
    case TYPES.cluster:
      return text(props, "parameters", name);
    case TYPES.cloudSql: {
      const flag = list(props, "settings", "databaseFlags").find((one) => text(one, "name") === name);
      return text(flag, "value");
    }
    case TYPES.container: {
      const setting = texts(props, "command").find((word) =>
        word.replace(/^--?c?/, "").startsWith(`${name}=`),
      );
      return setting?.slice(setting.indexOf("=") + 1);
    }
    default:
      return undefined;
  }
};

import { opened } from "./secrets";

/** A resource of a state, its secrets open. */
export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** A stack's state: what is there, and what a run is doing or was cut short in. */
export interface State {
  readonly resources: readonly StateResource[];
  /** Resources that are being made or changed, as they are to become. */
  readonly pending: readonly StateResource[];
}

interface Json {
  readonly urn?: string;
  readonly type?: string;
  readonly delete?: boolean;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

const resource = ({ urn = "", type = "", inputs = {}, outputs = {} }: Json): StateResource => ({
  ...{ urn, type },
  inputs: opened(inputs) as Record<string, unknown>,
  outputs: opened(outputs) as Record<string, unknown>,
});

/** Reads what `pulumi stack export --show-secrets` prints. */
export const parseState = (text: string): State => {
  const { deployment } = JSON.parse(text) as {
    deployment?: {
      resources?: readonly Json[];
      pending_operations?: readonly { type: string; resource: Json }[];
    };
  };
  return {
    resources: (deployment?.resources ?? []).filter((one) => one.delete !== true).map(resource),
    pending: (deployment?.pending_operations ?? [])
      .filter(({ type }) => type === "creating" || type === "updating")
      .map((operation) => resource(operation.resource)),
  };
};

/** The logical name at a URN's end. */
export const nameOf = ({ urn }: Pick<StateResource, "urn">): string => urn.split("::").slice(3).join("::");

/** The stack's and the project's names in a URN. */
export const stackOf = ({ urn }: Pick<StateResource, "urn">): { stack: string; project: string } => {
  const [head = "", project = ""] = urn.split("::");
  return { stack: head.replace(/^urn:pulumi:/, ""), project };
};

/** The inverse of how a logical name escapes what separates its parts. */
export const decoded = (part: string): string =>
  part.replace(/%([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

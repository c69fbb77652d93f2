import { isList, isObject, type Value, type Values } from "../../wire/values";

/** A manifest, and what it is known by. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Empty for what no namespace holds. */
  readonly namespace: string;
  /** As Kubernetes reads it. */
  readonly body: Values;
}

/** Without what is null, and without Pulumi's own marks. */
const withoutNulls = (value: Value): Value => {
  if (isList(value)) return value.map(withoutNulls);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([key, each]) => each !== null && !key.startsWith("__"));
  return Object.fromEntries(entries.map(([key, each]) => [key, withoutNulls(each)]));
};

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

/** The manifest that a resource's inputs are. `namespaced`: without a namespace it is in `default`. */
export const manifestOf = (inputs: Values, namespaced: boolean): Manifest => {
  const body = withoutNulls(inputs) as Values;
  const metadata = isObject(body["metadata"]) ? body["metadata"] : {};
  return {
    apiVersion: text(body["apiVersion"]),
    kind: text(body["kind"]),
    name: text(metadata["name"]),
    namespace: namespaced ? text(metadata["namespace"]) || "default" : "",
    body,
  };
};

/** As Pulumi names it: `namespace/name`, or the name alone. */
export const idOf = ({ namespace, name }: Manifest): string =>
  namespace === "" ? name : `${namespace}/${name}`;

/** The value at a path: `["spec", "selector"]`. */
export const valueAt = (values: Values, path: readonly string[]): Value | undefined =>
  path.reduce<Value | undefined>((value, key) => (isObject(value) ? value[key] : undefined), values);

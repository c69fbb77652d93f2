/** A resource's name within all stacks: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
export type Urn = string;

export const STACK_TYPE = "pulumi:pulumi:Stack";
const PROVIDER_PREFIX = "pulumi:providers:";

/** The parts of an URN. */
export interface UrnParts {
  readonly stack: string;
  readonly project: string;
  /** The types of all parents and of the resource, joined by `$`. */
  readonly qualifiedType: string;
  readonly type: string;
  readonly name: string;
}

export const parseUrn = (urn: Urn): UrnParts => {
  const [head = "", project = "", qualifiedType = "", ...name] = urn.split("::");
  return {
    stack: head.split(":").slice(2).join(":"),
    project,
    qualifiedType,
    type: qualifiedType.split("$").at(-1) ?? "",
    name: name.join("::"),
  };
};

/** Makes an URN; a stack's type is left out of its children's. */
export const makeUrn = (stack: string, project: string, parent: Urn, type: string, name: string): Urn => {
  const parentType = parent === "" ? "" : parseUrn(parent).qualifiedType;
  const qualified = parentType === "" || parentType === STACK_TYPE ? type : `${parentType}$${type}`;
  return `urn:pulumi:${stack}::${project}::${qualified}::${name}`;
};

export const isProviderType = (type: string): boolean => type.startsWith(PROVIDER_PREFIX);
/** The package whose provider a type needs: `postgresql` for `postgresql:index/role:Role`. */
export const packageOf = (type: string): string =>
  isProviderType(type) ? type.slice(PROVIDER_PREFIX.length) : (type.split(":")[0] ?? type);
export const providerType = (packageName: string): string => `${PROVIDER_PREFIX}${packageName}`;

/** A provider reference is `<urn>::<id>`. */
export const splitReference = (reference: string): { urn: Urn; id: string } => {
  const cut = reference.lastIndexOf("::");
  return { urn: reference.slice(0, cut), id: reference.slice(cut + 2) };
};

/** A type as it is shown: `postgresql:index:Role` for `postgresql:index/role:Role`. */
export const displayType = (type: string): string => {
  const [pkg = "", module = "", name = ""] = type.split(":");
  const [first = "", second = ""] = module.split("/");
  const repeats = second !== "" && second.toLowerCase() === name.toLowerCase();
  return [pkg, repeats ? first : module, name].join(":");
};

/** The id of a provider that a preview has not made. */
export const UNKNOWN_ID = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** A default provider is made by the engine, not by the program, and is not shown. */
export const isDefaultProvider = (urn: Urn): boolean => {
  const { type, name } = parseUrn(urn);
  return isProviderType(type) && /^default(_|$)/.test(name);
};

/** What a node of the JSON Schema refers to: `#/definitions/Pool` is "Pool". */
export const referred = (node) => {
  const { $ref } = node.allOf?.[0] ?? node;
  return $ref?.replace("#/definitions/", "");
};

/** The alternatives of a node, or undefined where there is one only. */
export const alternatives = (node) => node.oneOf ?? node.anyOf;

/** Whether a node is a map from names to values that are all alike. */
export const isMap = (node) =>
  node.type === "object" && node.properties === undefined && typeof node.additionalProperties === "object";

/** An object's fields, each with its name and whether it must be there. */
export const fieldsOf = (node) =>
  Object.entries(node.properties ?? {}).map(([name, field]) => ({
    name,
    field,
    required: (node.required ?? []).includes(name),
  }));

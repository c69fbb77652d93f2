import { alternatives, fieldsOf, isMap, referred } from "./nodes.mjs";

const HEAD = `// Written from the schema by \`npm run schema -w @rehome/topology\`; what is changed here is lost.`;

const comment = (text, indent) =>
  text === undefined ? "" : `${indent}/** ${text.replaceAll("*/", "*\\/")} */\n`;

const typeOf = (node, indent) => {
  const name = referred(node);
  if (name !== undefined) return `${name}Args`;
  const choices = alternatives(node);
  if (choices !== undefined) return choices.map((one) => typeOf(one, indent)).join(" | ");
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum !== undefined) return node.enum.map((one) => JSON.stringify(one)).join(" | ");
  if (Array.isArray(node.type)) return node.type.join(" | "); // zod's short form of a union of plain kinds
  if (isMap(node)) return `Record<string, ${typeOf(node.additionalProperties, indent)}>`;
  if (node.type === "object") return `{\n${members(node, `${indent}  `)}${indent}}`;
  if (node.type === "array") {
    const item = typeOf(node.items, indent);
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  return node.type === "integer" ? "number" : node.type;
};

/** A field with a default may also be given as undefined. */
const members = (node, indent) =>
  fieldsOf(node)
    .map(({ name, field, required }) => {
      const type = `${typeOf(field, indent)}${field.default === undefined ? "" : " | undefined"}`;
      return `${comment(field.description, indent)}${indent}${name}${required ? "" : "?"}: ${type};\n`;
    })
    .join("");

const declaration = ([name, node]) => {
  const head = comment(node.description, "");
  return node.type === "object"
    ? `${head}export interface ${name}Args {\n${members(node, "  ")}}`
    : `${head}export type ${name}Args = ${typeOf(node, "")};`;
};

/** TypeScript's types of what may be written, each argument with its meaning as a doc comment. */
export const args = ({ definitions }) =>
  `${HEAD}\n\n${Object.entries(definitions).map(declaration).join("\n\n")}\n`;

import { alternatives, fieldsOf, isMap, referred } from "./nodes.mjs";

const HEAD = `# Reference of the stack file

<!-- Written from the schema by \`npm run schema -w @rehome/topology\`; what is changed here is lost. -->

Every key of \`Pulumi.<stack>.yaml\` that is Rehome's. A key that is not here is refused, with the nearest correct spelling. The
same names are the arguments of [\`new Topology(name, args)\`](library.md). Editors complete and check them: [editor](how-to/editor.md).

Names of hosts, databases, schemas, roles and tables may hold any characters, and at most 63 bytes, which is what PostgreSQL
keeps. Where a pattern stands, the whole value must match it. What keys say together is checked too: [each refusal by its
code](preflight.md#the-stack-file).`;

const code = (text) => `\`${String(text).replaceAll("|", "\\|")}\``;
/** Text of a cell: what is not in backquotes is neither a column's end nor a tag. */
const cell = (text) =>
  text
    .split("`")
    .map((part, index) => (index % 2 === 1 ? part : part.replaceAll("<", "&lt;")))
    .join("`")
    .replaceAll("|", "\\|");

const between = ({ minimum, maximum }) => {
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (high === undefined) return minimum === undefined ? "" : `, ${minimum} or more`;
  return `, ${minimum} to ${high}`;
};

const typeOf = (node) => {
  const name = referred(node);
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  const choices = alternatives(node);
  if (choices !== undefined) return [...new Set(choices.map(typeOf))].join(" or ");
  if (node.const !== undefined) return code(node.const);
  if (node.enum !== undefined) return node.enum.map(code).join(", ");
  if (Array.isArray(node.type)) return node.type.map((type) => typeOf({ type })).join(", ");
  if (isMap(node)) return `map of ${typeOf(node.additionalProperties)}`;
  if (node.type === "object") return "object";
  if (node.type === "array")
    return `list of ${typeOf(node.items)}${node.minItems ? `, at least ${node.minItems}` : ""}`;
  if (node.type === "boolean") return "`true`, `false`";
  if (node.type === "integer") return `whole number${between(node)}`;
  if (node.type === "number") return `number${node.exclusiveMinimum === 0 ? " above 0" : ""}`;
  return node.pattern === undefined ? "text" : `text: ${code(node.pattern)}`;
};

/** A description's sentences, without the last one where that says the default, and the default. */
const told = ({ description = "", default: value }) => {
  const [, meaning = description, stated] = /^(.*?)\s*(?:Default|Absent): (.*)\.$/s.exec(description) ?? [];
  const scalar = value !== undefined && typeof value !== "object";
  if (stated === undefined) return { meaning, fallback: scalar ? code(value) : "" };
  return { meaning, fallback: stated === String(value) ? code(value) : stated };
};

/** The rows of an object, those of objects inside it below their own. */
const rows = (node, above = "") =>
  fieldsOf(node).flatMap(({ name, field, required }) => {
    const { meaning, fallback } = told(field);
    const path = `${above}${name}`;
    const row = `| ${code(path)} | ${typeOf(field)} | ${required ? "**required**" : cell(fallback)} | ${cell(meaning)} |`;
    const inside = field.type === "array" ? rows(field.items, `${path}[].`) : rows(field, `${path}.`);
    return [row, ...inside];
  });

const table = (node) =>
  `| key | value | default | meaning |\n| --- | --- | --- | --- |\n${rows(node).join("\n")}`;

const section = ([name, node]) => {
  const head = `## ${name}\n\n${node.description}`;
  if (node.type === "object") return `${head}\n\n${table(node)}`;
  const choices = alternatives(node);
  const named = choices.every((one) => referred(one) !== undefined);
  return `${head}\n\n${named ? `One of ${choices.map(typeOf).join(", ")}.` : choices.map(table).join("\n\nor\n\n")}`;
};

/** The reference of the stack file: every key, its values, its default and its meaning. */
export const reference = ({ properties, definitions }) => {
  const top = `## Configuration\n\nWhat stands under \`config:\`.\n\n${table(properties.config)}`;
  return `${HEAD}\n\n${[top, ...Object.entries(definitions).map(section)].join("\n\n")}\n`;
};

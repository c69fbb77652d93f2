import { namesInCode, type CodeName } from "./code-names";
import { isRelation, type Link, type SchemaGraph, type SchemaObject } from "./scope";

/** What the text of routines names of their own schema: dependencies that no catalog has. */
export function codeLinks({ schema, objects }: Pick<SchemaGraph, "schema" | "objects">): Link[] {
  const named = new Map<string, SchemaObject[]>();
  for (const object of objects) {
    const name = isRoutine(object) ? object.name.slice(0, object.name.indexOf("(")) : object.name;
    named.set(name, [...(named.get(name) ?? []), object]);
  }
  return objects.flatMap((routine) => {
    if (routine.body === undefined) return [];
    const found = new Map<string, Link>();
    for (const used of namesInCode(routine.body)) {
      if (used.schema !== undefined && used.schema !== schema) continue;
      for (const object of named.get(used.name) ?? []) {
        if (object.key === routine.key || found.has(object.key) || !fits(used, object)) continue;
        const what = `${routine.kind} ${routine.name}`;
        found.set(object.key, { from: routine.key, to: object.key, kind: "code", what, line: used.line });
      }
    }
    return [...found.values()];
  });
}

const isRoutine = ({ kind }: SchemaObject): boolean =>
  kind === "function" || kind === "procedure" || kind === "aggregate";

function fits({ as }: CodeName, object: SchemaObject): boolean {
  switch (as) {
    case "any":
      return true;
    case "relation":
      return isRelation(object);
    case "routine":
      return isRoutine(object);
    case "row-type":
      return isRelation(object) || object.kind === "type" || object.kind === "domain";
    case "word":
      return object.kind === "type" || object.kind === "domain";
  }
}

import { equal, type Values } from "../../wire/values";
import { InitFailed, type Diff, type ResourceKind } from "../provider";
import type { KnownKind } from "./known-kinds";
import { idOf, manifestOf, valueAt, type Manifest } from "./manifest";
import { NotReady, type Place } from "./place";

const IDENTITY = [["apiVersion"], ["kind"], ["metadata", "name"], ["metadata", "namespace"]];

/** What differs, and what of it makes it another object. */
const compare = (kind: KnownKind, before: Manifest, now: Manifest): Diff => {
  const differs = (path: readonly string[]): boolean =>
    !equal(valueAt(before.body, path) ?? null, valueAt(now.body, path) ?? null);
  const replaceKeys = [...IDENTITY, ...kind.fixed].filter(differs).map((path) => path.join("."));
  const keys = [...new Set([...Object.keys(before.body), ...Object.keys(now.body)])];
  const changedKeys = keys.filter((key) => differs([key]));
  const samePlace = before.name === now.name && before.namespace === now.namespace;
  return {
    changes: changedKeys.length > 0,
    changedKeys,
    replaceKeys,
    deleteBeforeReplace: replaceKeys.length > 0 && samePlace,
  };
};

/** One kind of Kubernetes object, in whatever keeps it. */
export const defineKind = (kind: KnownKind, placeOf: (config: Values) => Place): ResourceKind => {
  const read = (values: Values): Manifest => manifestOf(values, kind.namespaced);
  /** It exists when its rollout fails: the next run updates it. */
  const rolledOut = async (manifest: Manifest, work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof NotReady)) throw error;
      throw new InitFailed(error.message, idOf(manifest), manifest.body, error.reasons);
    }
  };
  return {
    check: async ({ news }) => {
      const named = read(news).name !== "";
      const reason = "is missing: a rehearsal makes no names up; give the object one";
      return { inputs: news, failures: named ? [] : [{ property: "metadata", reason }] };
    },
    diff: async ({ oldInputs, news }) => compare(kind, read(oldInputs), read(news)),
    create: async ({ config, inputs, resumed }) => {
      const manifest = read(inputs);
      await rolledOut(manifest, () => placeOf(config).create(manifest, resumed));
      return { id: idOf(manifest), outputs: manifest.body };
    },
    update: async ({ config, inputs }) => {
      const manifest = read(inputs);
      await rolledOut(manifest, () => placeOf(config).update(manifest));
      return manifest.body;
    },
    read: async ({ config, id, inputs }) => {
      const manifest = read(inputs);
      return (await placeOf(config).exists(manifest)) ? { id, outputs: manifest.body } : undefined;
    },
    delete: ({ config, inputs }) => placeOf(config).remove(read(inputs)),
  };
};

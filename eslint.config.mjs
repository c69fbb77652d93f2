import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

/** Which rooms a room may not enter: arrows point one way (docs/architecture.md). */
const forbid = (files, patterns, message) => ({
  files,
  rules: { "no-restricted-imports": ["error", { patterns: [{ group: patterns, message }] }] },
});
const pulumi = ["@pulumi/*", "@pulumi/**"];

export default tseslint.config(
  { ignores: ["**/dist/**", "**/node_modules/**", "**/.rehome/**", "coverage/**"] },
  eslint.configs.recommended,
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: {
      parserOptions: { project: ["./tsconfig.eslint.json"], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_" }],
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/require-await": "off",
    },
  },
  forbid(
    ["topology/src/**"],
    [...pulumi, "pg", "node:*", "@rehome/*"],
    "topology is pure: no I/O, no Pulumi, no other room.",
  ),
  forbid(
    ["migration/src/**"],
    [...pulumi, "@rehome/topology", "@rehome/components", "@rehome/rehearsal"],
    "migration knows PostgreSQL alone: no Pulumi, no stack file.",
  ),
  forbid(
    ["components/src/**"],
    ["pg", "pg-*", "@rehome/rehearsal"],
    "components declare; only the engine speaks to PostgreSQL.",
  ),
  forbid(
    ["postgres/src/**"],
    [...pulumi, "@rehome/*"],
    "postgres runs servers and knows nothing of their use.",
  ),
  forbid(
    ["policy/src/**"],
    ["@pulumi/pulumi", "@pulumi/pulumi/**", "@rehome/*", "pg"],
    "policy judges resources as Pulumi shows them, whoever declares them.",
  ),
  forbid(
    ["rehearsal/src/**"],
    ["@rehome/components", "@rehome/migration", "@rehome/topology"],
    "rehearsal reaches the program through Pulumi's protocol alone.",
  ),
  forbid(
    ["report/src/**"],
    [...pulumi, "pg", "node:fs", "node:fs/*", "node:net", "@rehome/*"],
    "report is pure: plain data in, text out.",
  ),
  forbid(
    ["cli/src/**"],
    ["@rehome/components", "pg", "pg-*", ...pulumi],
    "cli shows what the engine reads; only the engine speaks to PostgreSQL.",
  ),
  { files: ["**/*.mjs", "**/*.cjs"], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ["**/*.cjs"],
    languageOptions: {
      sourceType: "commonjs",
      globals: { exports: "writable", process: "readonly", require: "readonly" },
    },
    rules: { "@typescript-eslint/no-require-imports": "off" },
  },
);

import { configDefaults, defineConfig } from "vitest/config";

/** Rooms whose tests share what they load. */
const sharing = ["topology", "components", "policy", "docs"].map((room) => `test/${room}/**/*.test.ts`);
/** What puts others in the place of modules has them to itself. */
const replacing = ["test/components/*-provider.test.ts"];

const rooms = ["topology", "postgres", "migration", "components", "policy", "rehearsal", "report", "cli"];

/** What takes long runs with `make test-long`. */
const excluded = [
  ...configDefaults.exclude,
  ...(process.env["REHOME_LONG"] === "1" ? [] : ["test/**/*.long.test.ts"]),
];

/** Unit tests read the sources; what runs in processes of its own (dynamic providers) uses the build. */
export default defineConfig({
  resolve: {
    alias: {
      ...Object.fromEntries(
        rooms.map((room) => [`@rehome/${room}`, `${import.meta.dirname}/${room}/src/index.ts`]),
      ),
      "@rehome/example-data": `${import.meta.dirname}/examples/data/src/index.ts`,
    },
  },
  test: {
    projects: [
      {
        extends: true,
        test: { name: "sharing", include: sharing, exclude: [...excluded, ...replacing], isolate: false },
      },
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: [...excluded, ...sharing] },
      },
      { extends: true, test: { name: "replacing", include: replacing, exclude: excluded } },
    ],
    globalSetup: ["./test/support/prepared-cluster.ts"],
    // Lint checks the types of programs under test; each run would check them once more.
    env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Most wait for servers most of the time.
    maxWorkers: 4,
    reporters: ["default", "./test/support/closing-line.ts"],
  },
});

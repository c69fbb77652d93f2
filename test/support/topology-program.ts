import { symlink, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";

const repository = resolve(__dirname, "../..");

/** Makes of a folder a Pulumi project whose program declares the topology of its stack file, and nothing else. */
export const writeTopologyProgram = async (folder: string, project: string): Promise<void> => {
  const tsconfig = {
    extends: join(repository, "tsconfig.base.json"),
    compilerOptions: { composite: false, noEmit: true, noCheck: true },
    files: ["index.ts"],
  };
  const program = `import { Topology } from "@rehome/components";\nexport const { connections, migrations } = Topology.fromConfig();\n`;
  await writeFile(
    join(folder, "Pulumi.yaml"),
    `name: ${project}\nmain: index.ts\nruntime: { name: nodejs }\n`,
  );
  await writeFile(join(folder, "index.ts"), program);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(tsconfig));
  await symlink(join(repository, "node_modules"), join(folder, "node_modules"));
};

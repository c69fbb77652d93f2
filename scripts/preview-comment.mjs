// Makes one comment of a preview, and keeps it up to date on its pull request.
//   preview-comment.mjs --stack NAME --plans DIR --preview FILE [--exit-code N] [--pull NUMBER]
// Without --pull the comment is printed. With it, GITHUB_TOKEN and GITHUB_REPOSITORY say where it goes.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { parseArgs } from "node:util";
import { markdown, marker } from "./preview/markdown.mjs";
import { readPolicies, readTold } from "./preview/read.mjs";
import { upsert } from "./preview/upsert.mjs";

const { values } = parseArgs({
  options: {
    stack: { type: "string" },
    plans: { type: "string" },
    preview: { type: "string" },
    "exit-code": { type: "string", default: "0" },
    pull: { type: "string" },
  },
});
const need = (name) => {
  if (values[name] !== undefined) return values[name];
  process.stderr.write(`preview-comment: --${name} is missing\n`);
  process.exit(2);
};
const variable = (name) => {
  const value = process.env[name];
  if (value !== undefined && value !== "") return value;
  process.stderr.write(`preview-comment: the environment variable ${name} is missing\n`);
  process.exit(2);
};

const stack = need("stack");
const raw = await readFile(need("preview"), "utf8");
const body = markdown({
  stack,
  told: await readTold(need("plans")),
  policies: readPolicies(raw),
  raw,
  exitCode: Number(values["exit-code"]),
});
if (values.pull === undefined) {
  process.stdout.write(body);
} else {
  const github = {
    api: process.env.GITHUB_API_URL ?? "https://api.github.com",
    token: variable("GITHUB_TOKEN"),
  };
  const repository = variable("GITHUB_REPOSITORY");
  try {
    const { url, created } = await upsert({
      github,
      repository,
      pull: values.pull,
      mark: marker(stack),
      body,
    });
    process.stdout.write(`${created ? "Written" : "Brought up to date"}: ${url}\n`);
  } catch (error) {
    process.stderr.write(`preview-comment: ${error.message}\n`);
    process.exit(1);
  }
}

import { spawn } from "node:child_process";
import { mkdtemp, mkdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";

interface Comment {
  readonly id: number;
  body: string;
}

const PULL = "/repos/acme/shop/issues/7/comments";
let folder: string;
let github: Server;
let comments: Comment[];
let asked: string[];
let refuse = 0;

/** GitHub, as far as comments go: pages of two, with links to the next. */
const answer = (
  method: string,
  address: URL,
  body: string,
): [status: number, json: unknown, link?: string] => {
  if (refuse > 0) return [refuse, {}];
  const one = /\/issues\/comments\/(\d+)$/.exec(address.pathname);
  if (method === "PATCH" && one) {
    const comment = comments.find(({ id }) => id === Number(one[1])) as Comment;
    comment.body = (JSON.parse(body) as { body: string }).body;
    return [200, { html_url: `https://github.test/${comment.id}` }];
  }
  if (method === "POST") {
    const comment = { id: 100 + comments.length, body: (JSON.parse(body) as { body: string }).body };
    comments.push(comment);
    return [201, { html_url: `https://github.test/${comment.id}` }];
  }
  const page = Number(address.searchParams.get("page") ?? "1");
  const more = comments.length > page * 2;
  const next = `<http://${address.host}${PULL}?page=${page + 1}>; rel="next", <http://x/?page=9>; rel="last"`;
  return [200, comments.slice((page - 1) * 2, page * 2), ...(more ? ([next] as const) : ([] as const))];
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rehome-comment-"));
  github = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const address = new URL(request.url ?? "/", `http://${request.headers.host ?? ""}`);
      asked.push(`${request.method ?? ""} ${address.pathname}`);
      const [status, json, link] = answer(request.method ?? "", address, body);
      expect(request.headers.authorization).toBe("Bearer a-token-of-this-test");
      response.writeHead(status, link === undefined ? {} : { link }).end(JSON.stringify(json));
    });
  });
  await new Promise<void>((resolve) => github.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  github.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  [comments, asked, refuse] = [[], [], 0];
  await rm(join(folder, "plans"), { recursive: true, force: true });
  await mkdir(join(folder, "plans"));
  await writeFile(join(folder, "preview.txt"), "Previewing update (prod):\n");
});

/** The end of a preview, as Pulumi's CLI prints it. */
const PREVIEW = `Previewing update (prod):
 +  pulumi:pulumi:Stack shop-prod create error: preview failed
Policies:
    ❌ rehome@v0.1.0 (local: policy)
        - [mandatory]  tls-required  (gcp:sql:DatabaseInstance: main)
          Servers refuse connections without TLS.
          Instance main accepts them. Write: requireTls: true.
        - [advisory]  names  (postgresql:index:Role: a: b)
          Snake case.
          Role "A" is not.

Diagnostics:
  pulumi:pulumi:Stack (shop-prod):
        - [mandatory]  no-such  (a: b)
    error: preview failed
`;

const tell = (name: string, told: object): Promise<void> =>
  writeFile(join(folder, "plans", `${name}.json`), JSON.stringify(told));
const plan = {
  ...{ dataset: "core", from: "old/erp.core", to: "new/core.public", strategy: "copy" },
  ...{ because: "to another server", tables: 9, rows: 12345, bytes: 3_200_000, diskBytes: 1, objects: {} },
  ...{ fenceSeconds: 2.4, fingerprint: "x" },
  findings: [
    { code: "unlogged", level: "warning", message: "a|b is unlogged @everyone.", remedy: "Log it." },
  ],
};
const step = {
  kind: "step",
  dataset: "core",
  step: "move",
  from: plan.from,
  to: plan.to,
  mode: "offline",
  plan,
  refused: [],
};

const run = (...more: string[]): Promise<{ status: number | null; text: string }> =>
  new Promise((resolve) => {
    const args = [
      "--stack",
      "prod",
      "--plans",
      join(folder, "plans"),
      "--preview",
      join(folder, "preview.txt"),
    ];
    const { port } = github.address() as AddressInfo;
    const env = {
      ...process.env,
      GITHUB_API_URL: `http://127.0.0.1:${port}`,
      GITHUB_TOKEN: "a-token-of-this-test",
      GITHUB_REPOSITORY: "acme/shop",
    };
    const child = spawn(process.execPath, ["scripts/preview-comment.mjs", ...args, ...more], { env });
    let text = "";
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (part: Buffer) => (text += part.toString()));
    child.on("close", (status) => resolve({ status, text }));
  });

describe("the comment of a preview", () => {
  it("has a row for each move, its findings, and the raw preview folded", async () => {
    await tell("step-core", step);
    await tell("step-calm", { kind: "step", dataset: "calm", step: "moved", mode: "offline", refused: [] });
    const { text } = await run();
    expect(text).toContain("✅ 1 dataset moves.");
    expect(text).toContain(
      "| <code>core</code> | moves | <code>old/erp.core</code> → <code>new/core.public</code> | " +
        "9 tables, ~12,345 rows, 3.2 MB | **copy**: to another server | about 3 s |",
    );
    expect(text).toContain("<code>unlogged</code>: a&#124;b is unlogged &#64;everyone. Log it.");
    expect(text).not.toContain("calm");
    expect(text).toMatch(/<details><summary>The whole preview<\/summary>\s+```text\s+Previewing update/);
  });

  it("says what forbids the update, what waits, and what policies found", async () => {
    const blocker = { code: "no-key", level: "blocker", message: "t has no key.", remedy: "Give it one." };
    await tell("step-core", { ...step, plan: { ...plan, findings: [blocker] }, refused: ["t has no key."] });
    await tell("step-crm", {
      kind: "step",
      dataset: "crm",
      step: "refused",
      mode: "offline",
      refused: ["home changed"],
    });
    await tell("waiting-hr", { kind: "waiting", service: "hr", line: "hr waits for approval" });
    await tell("gate-pay", { kind: "gate", service: "pay", after: ["hr"], url: "http://hr/health" });
    await writeFile(join(folder, "preview.txt"), PREVIEW);
    const { text } = await run("--exit-code", "5");
    const order = [
      ...[
        "⛔ **This cannot be carried out.**",
        "### ⛔ Blockers",
        "<code>no-key</code>: t has no key. Give it one.",
      ],
      ...[
        "<code>crm</code>: home changed",
        "### ⛔ Policies that forbid it",
        "<code>tls-required</code> (<code>main</code>): Servers refuse connections without TLS. Instance main accepts them.",
      ],
      ...["### 💡 Policies that advise", "<code>names</code>", "### ⏳ What waits", "hr waits for approval"],
      "<code>pay</code> begins its move when <code>hr</code> moved and <code>http://hr/health</code> answers 200.",
    ].map((words) => text.indexOf(words));
    expect(text.split("<details>")[0]).not.toContain("no-such");
    expect(order).not.toContain(-1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });

  it("is whole when the preview is longer than GitHub takes, or holds fences of its own", async () => {
    await writeFile(join(folder, "preview.txt"), "```\n".repeat(30_000));
    const { text } = await run();
    expect(text.length).toBeLessThan(65_536);
    expect(text).toContain("````text");
    expect(text.trimEnd().endsWith("</details>")).toBe(true);
    expect(text).toContain("cut: the job's log has all of it");
  });
});

describe("on the pull request", () => {
  it("is written once, and brought up to date in its place, on whatever page it is", async () => {
    comments = [1, 2, 3, 4, 5].map((id) => ({ id, body: `talk ${id}, <!-- rehome preview of prod -->` }));
    const first = await run("--pull", "7");
    expect(first.text).toBe("Written: https://github.test/105\n");
    expect(asked).toEqual([`GET ${PULL}`, `GET ${PULL}`, `GET ${PULL}`, `POST ${PULL}`]);
    expect(comments[5]?.body).toContain("No data moves");

    comments.push({ id: 9, body: "more talk" });
    await tell("step-core", step);
    const second = await run("--pull", "7");
    expect(second.text).toBe("Brought up to date: https://github.test/105\n");
    expect(comments).toHaveLength(7);
    expect(comments[5]?.body).toContain("1 dataset moves");
    expect(comments.filter(({ body }) => body.startsWith("talk"))).toHaveLength(5);
  });

  it("is another stack's own", async () => {
    comments = [{ id: 1, body: "<!-- rehome preview of dev -->\n" }];
    await run("--pull", "7");
    expect(comments[0]?.body).toBe("<!-- rehome preview of dev -->\n");
    expect(comments).toHaveLength(2);
  });

  it("that GitHub refuses fails with the reason, and without the token", async () => {
    refuse = 403;
    const { status, text } = await run("--pull", "7");
    expect(status).toBe(1);
    expect(text).toContain("GitHub answers 403");
    expect(text).toContain("pull-requests: write");
    expect(text).not.toContain("a-token");
  });
});

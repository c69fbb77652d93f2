// A preview as one comment of a pull request. Pure: plain data in, Markdown out.

/** GitHub refuses longer ones. */
const MOST = 65_000;
const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** How a stack's comment is found again. */
export const marker = (stack) => `<!-- rehome preview of ${stack.replaceAll("--", "- -")} -->`;

const bytes = (count) => {
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log(count) / Math.log(1000)), UNITS.length - 1);
  const amount = count / 1000 ** power;
  return `${amount.toFixed(power === 0 || amount >= 100 ? 0 : 1)} ${UNITS[power]}`;
};
const number = (count) => Math.round(count).toLocaleString("en-US");
const plural = (count, word) => `${number(count)} ${word}${count === 1 ? "" : "s"}`;
const duration = (seconds) =>
  seconds < 1
    ? "under a second"
    : seconds < 120
      ? `about ${Math.ceil(seconds)} s`
      : `about ${Math.ceil(seconds / 60)} min`;

/** Names and messages are others' text: shown as they are, in tables too. */
const text = (value) =>
  String(value)
    .replace(/[\\`*_[\]<>|~#@]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\s*\n\s*/g, " ");
const code = (value) => `<code>${text(value)}</code>`;
const fenced = (value) => {
  const longest = Math.max(2, ...[...value.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text\n${value}\n${fence}`;
};

const STEPS = {
  move: "moves",
  "roll-back": "goes back",
  prepare: "is prepared",
  abandon: "is no longer prepared",
  retire: "gives up its old home",
  settle: "is new",
  recorded: "has moved already, which is recorded",
  refused: "is refused",
};

/** Steps that a reviewer has to know of; what stays as it is is none. */
const shown = (steps) => steps.filter(({ step, refused }) => step in STEPS || refused.length > 0);

const row = ({ dataset, step, from, to, plan }) => {
  const where = [from, to]
    .filter((place) => place !== undefined)
    .map(code)
    .join(" → ");
  const cells = plan
    ? [
        `${plural(plan.tables, "table")}, ~${plural(plan.rows, "row")}, ${bytes(plan.bytes)}`,
        `**${text(plan.strategy)}**: ${text(plan.because)}`,
        duration(plan.fenceSeconds),
      ]
    : ["", "", ""];
  return `| ${[code(dataset), STEPS[step] ?? text(step), where, ...cells].join(" | ")} |`;
};

const table = (steps) => [
  "| dataset | | from → to | data | how, and why | cannot write for |",
  "|---|---|---|---|---|---|",
  ...steps.map(row),
];

const section = (title, lines) => (lines.length === 0 ? [] : [`### ${title}`, "", ...lines, ""]);

const findings = (steps, level) =>
  steps.flatMap(({ dataset, plan }) =>
    (plan?.findings ?? [])
      .filter((one) => one.level === level)
      .map(
        ({ code: id, message, remedy }) => `- ${code(dataset)} ${code(id)}: ${text(message)} ${text(remedy)}`,
      ),
  );

/** Why steps are refused that no plan says it of. */
const refusals = (steps) =>
  steps.flatMap(({ dataset, plan, refused }) =>
    plan === undefined ? refused.map((reason) => `- ${code(dataset)}: ${text(reason)}`) : [],
  );

const waits = ({ waiting, gates }) => [
  ...waiting.map(({ line }) => `- ${text(line)}`),
  ...gates.map(({ service, after, url }) => {
    const before = after.length === 0 ? "" : `${after.map(code).join(", ")} moved and `;
    return `- ${code(service)} begins its move when ${before}${code(url)} answers 200.`;
  }),
];

const policyLines = (policies, level) =>
  policies
    .filter((one) => one.level === level)
    .map(
      ({ policy, name, message }) =>
        `- ${code(policy)}${name === "" ? "" : ` (${code(name)})`}: ${text(message)}`,
    );

const headline = (steps, failed) => {
  const count = (kind) => steps.filter(({ step }) => step === kind).length;
  const parts = [
    ["move", "moves"],
    ["roll-back", "goes back", "go back"],
    ["prepare", "is prepared", "are prepared"],
    ["retire", "gives up its old home", "give up their old homes"],
  ].flatMap(([kind, one, many = one]) => {
    const found = count(kind);
    if (found === 0) return [];
    if (kind === "move") return [`${plural(found, "dataset")} ${found === 1 ? "moves" : "move"}`];
    return [`${found} ${found === 1 ? one : many}`];
  });
  const what = parts.length === 0 ? "No data moves" : parts.join(", ");
  return `${failed ? "⛔ **This cannot be carried out.**" : "✅"} ${what}.`;
};

/**
 * The comment.
 * @param told what the preview's processes said (REHOME_PLAN_DIR), by kind; `policies`: what policies found; `raw`: what a
 *   terminal showed; `exitCode` of the preview
 */
export const markdown = ({ stack, told, policies, raw, exitCode }) => {
  const steps = shown(told.filter(({ kind }) => kind === "step"));
  const waiting = told.filter(({ kind }) => kind === "waiting");
  const gates = told.filter(({ kind }) => kind === "gate");
  const moving = steps.filter(({ step }) => step !== "settle");
  const settled = steps.filter(({ step }) => step === "settle");
  const lines = [
    marker(stack),
    `## What \`pulumi up\` does to the data of ${code(stack)}`,
    "",
    headline(steps, exitCode !== 0),
    "",
    ...(moving.length === 0 ? [] : [...table(moving), ""]),
    ...(settled.length === 0
      ? []
      : [`New, and empty: ${settled.map(({ dataset }) => code(dataset)).join(", ")}.`, ""]),
    ...section("⛔ Blockers", [...findings(steps, "blocker"), ...refusals(steps)]),
    ...section("⛔ Policies that forbid it", policyLines(policies, "mandatory")),
    ...section("⚠️ Warnings", findings(steps, "warning")),
    ...section("💡 Policies that advise", policyLines(policies, "advisory")),
    ...section("⏳ What waits, and for what", waits({ waiting, gates })),
  ].join("\n");
  const room = MOST - lines.length;
  const trimmed = raw.trim();
  const cut =
    trimmed.length > room
      ? `${trimmed.slice(0, Math.max(0, room))}\n… (cut: the job's log has all of it)`
      : trimmed;
  return `${lines}\n<details><summary>The whole preview</summary>\n\n${fenced(cut)}\n\n</details>\n`;
};

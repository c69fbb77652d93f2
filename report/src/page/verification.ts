import { markup, type Markup } from "../markup";
import type { CopiedTable, Migration, VerifiedTable } from "../model";
import { counted, formatBytes, formatCount, formatDuration } from "../units";
import { CLOSED_FROM, FILTERED_FROM, PRINTED_TO, scrolled } from "./bits";

const rowsOf = (rows: string | null | undefined): string => (rows == null ? "–" : formatCount(rows));

const result = (equal: boolean | undefined): Markup =>
  equal === undefined
    ? markup`<span class="muted">–</span>`
    : equal
      ? markup`<span class="state good"><span aria-hidden="true">✓</span> equal</span>`
      : markup`<span class="state bad"><span aria-hidden="true">✗</span> differs</span>`;

/** Every count and every hash, of both homes. */
export function verification({ verified, copied }: Migration): Markup | undefined {
  const copies = new Map(copied.map((table) => [table.table, table]));
  const proved = new Set(verified.map(({ table }) => table));
  const rows: readonly { table: string; proof?: VerifiedTable; copy?: CopiedTable }[] = [
    ...verified.map((proof) => ({ table: proof.table, proof })),
    ...copied.filter(({ table }) => !proved.has(table)).map(({ table }) => ({ table })),
  ]
    .map((row) => ({
      ...row,
      ...(copies.has(row.table) ? { copy: copies.get(row.table) as CopiedTable } : {}),
    }))
    .sort((a, b) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0));
  if (rows.length === 0) return undefined;
  const wrong = verified.filter(({ equal }) => !equal).length;
  const summary =
    verified.length === 0
      ? markup`<b>${counted(rows.length, "table")}</b> copied, not compared yet`
      : wrong === 0
        ? markup`<b>All ${counted(verified.length, "table")}</b> equal`
        : markup`<b class="bad">${formatCount(wrong)} of ${counted(verified.length, "table")}</b> differ`;
  const filter = rows.length >= FILTERED_FROM;
  return markup`<h4>Verification</h4>
    <details
      class="part"
      ${(rows.length < CLOSED_FROM || (wrong > 0 && rows.length <= PRINTED_TO)) && markup` open`}${rows.length > PRINTED_TO && markup` data-long="yes"`}
    >
      <summary>${summary}</summary>
      ${scrolled(
        "Verification",
        markup`<table${filter && markup` data-filter="Find a table" data-unequal="yes"`}><caption>Counts and hashes, made inside both servers</caption>
<thead><tr><th scope="col">Table</th><th scope="col" class="num">Rows before</th><th scope="col" class="num">Rows after</th><th scope="col">Hash before</th><th scope="col">Hash after</th><th scope="col" class="num">Copied</th><th scope="col" class="num">In</th><th scope="col">Result</th></tr></thead>
<tbody>${rows.map(
          ({ table, proof, copy }) =>
            markup`<tr data-equal="${proof?.equal === false ? "no" : "yes"}">
              <th scope="row" class="name mono">${table}</th>
              <td class="num">${rowsOf(proof?.sourceRows)}</td>
              <td class="num">${rowsOf(proof?.targetRows ?? copy?.rows.toString())}</td>
              <td class="hash">${proof?.sourceHash}</td>
              <td class="hash">${proof?.targetHash}</td>
              <td class="num">${copy === undefined ? "–" : formatBytes(copy.bytes)}</td>
              <td class="num">${copy === undefined ? "–" : formatDuration(copy.seconds)}</td>
              <td>${result(proof?.equal)}</td>
            </tr> `,
        )}</tbody></table>`,
      )}
    </details>`;
}

/** Where the sequences stood in both homes. */
export function sequences({ sequences: all }: Migration): Markup | undefined {
  if (all.length === 0) return undefined;
  const wrong = all.filter(({ equal }) => !equal).length;
  const summary =
    wrong === 0
      ? markup`<b>All ${counted(all.length, "sequence")}</b> equal`
      : markup`<b class="bad">${formatCount(wrong)} of ${counted(all.length, "sequence")}</b> differ`;
  const filter = all.length >= FILTERED_FROM;
  return markup`<details class="part" ${wrong > 0 && markup` open`}>
    <summary>${summary}</summary>
    ${scrolled(
      "Sequences",
      markup`<table${filter && markup` data-filter="Find a sequence" data-unequal="yes"`}><caption>Where each sequence stood when the proof was made</caption>
<thead><tr><th scope="col">Sequence</th><th scope="col" class="num">Before</th><th scope="col" class="num">After</th><th scope="col">Result</th></tr></thead>
<tbody>${all.map(
        ({ name, source, target, equal }) =>
          markup`<tr data-equal="${equal ? "yes" : "no"}">
            <th scope="row" class="name mono">${name}</th>
            <td class="num">${formatCount(source)}</td>
            <td class="num">${target === null ? "missing" : formatCount(target)}</td>
            <td>${result(equal)}</td>
          </tr> `,
      )}</tbody></table>`,
    )}
  </details>`;
}

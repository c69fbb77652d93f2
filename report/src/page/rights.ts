import { markup, type Markup } from "../markup";
import type { Grant, SchemaRights } from "../model";
import { counted } from "../units";
import { CLOSED_FROM, FILTERED_FROM, scrolled } from "./bits";

/** Privileges that are held on the same number of tables stand together. */
function onTables({ tables }: Grant): string {
  const byCount = new Map<number, string[]>();
  for (const [privilege, count] of Object.entries(tables)) {
    byCount.set(count, [...(byCount.get(count) ?? []), privilege]);
  }
  return [...byCount]
    .map(([count, privileges]) => `${privileges.join(", ")} on ${counted(count, "table")}`)
    .join("; ");
}

/** Who owns each schema, and who else may do what there. */
export function rights(all: readonly SchemaRights[]): Markup {
  const lines = all.flatMap(({ placement, owner, grants }) => {
    const others = grants.filter(({ role }) => role !== owner);
    const own = markup`<td>${owner}</td>
      <td>owner</td>
      <td>everything</td>`;
    return [
      markup`<tr>
        <th scope="row" class="name mono">${placement}</th>
        ${own}
      </tr> `,
      ...others.map(
        (grant) =>
          markup`<tr>
            <th scope="row" class="name mono">${placement}</th>
            <td>${grant.role}</td>
            <td>${grant.schema.join(", ") || "–"}</td>
            <td>${onTables(grant) || "–"}</td>
          </tr> `,
      ),
    ];
  });
  return markup`<section aria-labelledby="rights">
    <h2 id="rights">Roles and rights</h2>
    ${
      lines.length === 0
        ? markup`<p class="muted">They were not read.</p>`
        : markup`<details class="part" ${lines.length < CLOSED_FROM && markup` open`}>
            <summary><b>${counted(all.length, "schema")}</b>, as their servers have them now</summary>
            ${scrolled(
              "Roles and rights",
              markup`<table${lines.length >= FILTERED_FROM && markup` data-filter="Find a schema or a role"`}><caption>Who may do what in the homes</caption>
<thead><tr><th scope="col">Schema</th><th scope="col">Role</th><th scope="col">In the schema</th><th scope="col">On tables and views</th></tr></thead>
<tbody>${lines}</tbody></table>`,
            )}
          </details>`
    }
  </section> `;
}

import { splitTenant } from "../dataset-name";
import type { Journey, Outcome } from "../journeys";
import type { Placement } from "../model";
import { formatCount } from "../units";

/** One line of the picture: a dataset, or what is the same of many tenants. */
export interface Line {
  /** `contact/shared`, `contact/tenants ×1,000` */
  readonly label: string;
  /** A dataset's name without its tenant. */
  readonly group: string;
  readonly kind: Journey["kind"];
  readonly before: Placement;
  readonly after: Placement;
  readonly outcome: Outcome;
  readonly strategy?: string;
  readonly tables: number;
  readonly bytes: number;
}

/** So many tenants that differ in nothing else are one line. */
const COLLAPSED_FROM = 4;
const TENANT = "{tenant}";

/** The lines of the picture, in the datasets' order. */
export function lines(journeys: readonly Journey[]): Line[] {
  const groups = new Map<string, Journey[]>();
  for (const journey of journeys) {
    const { group, tenant } = splitTenant(journey.dataset.name);
    const { kind, before, after, outcome, migration } = journey;
    const alike = [group, kind, outcome, before.host, after.host, migration?.strategy];
    const key = JSON.stringify(tenant === undefined ? [group] : alike);
    const found = groups.get(key);
    if (found === undefined) groups.set(key, [journey]);
    else found.push(journey);
  }
  return [...groups.values()].flatMap((group) =>
    group.length < COLLAPSED_FROM ? group.map((one) => lineOf([one])) : [lineOf(group)],
  );
}

function lineOf(group: readonly Journey[]): Line {
  const first = group[0] as Journey;
  const { name } = first.dataset;
  const strategy = first.migration?.strategy;
  const sum = (count: (journey: Journey) => number): number =>
    group.reduce((total, journey) => total + count(journey), 0);
  return {
    group: splitTenant(name).group,
    label: group.length === 1 ? name : `${splitTenant(name).group} ×${formatCount(group.length)}`,
    kind: first.kind,
    outcome: first.outcome,
    before: common(group, ({ before }) => before),
    after: common(group, ({ after }) => after),
    ...(strategy === undefined ? {} : { strategy }),
    tables: sum(({ migration }) => migration?.tables ?? 0),
    bytes: sum(({ migration }) => migration?.bytes ?? 0),
  };
}

/** The placement that all have, with `{tenant}` or `…` where they differ. */
function common(group: readonly Journey[], of: (journey: Journey) => Placement): Placement {
  if (group.length === 1) return of(group[0] as Journey);
  const pattern = (pick: (placement: Placement) => string): string => {
    const names = new Set(group.map((journey) => pick(of(journey))));
    if (names.size === 1) return [...names].join();
    const patterns = new Set(
      group.map((journey) => {
        const { tenant = "" } = splitTenant(journey.dataset.name);
        return pick(of(journey)).replace(tenant, TENANT);
      }),
    );
    return patterns.size === 1 ? [...patterns].join() : "…";
  };
  return {
    host: pattern(({ host }) => host),
    database: pattern(({ database }) => database),
    schema: pattern(({ schema }) => schema),
  };
}

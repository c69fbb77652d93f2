import type { ReportFacts } from "@rehome/migration";
import type { DatasetModel } from "../stack/model";
import type { Stack } from "../stack/open-stack";

/** What a report of these datasets is gathered from: the hosts that they are or were on, and how to reach them. */
export const reportFacts = (stack: Stack, datasets: readonly DatasetModel[]): ReportFacts => {
  const places = datasets.flatMap(({ home, next, formerly }) => [home, next, formerly]);
  const names = new Set(places.flatMap((place) => (place === undefined ? [] : [place.host])));
  return {
    stack: `${stack.project}/${stack.stack}`,
    hosts: [...names].sort().map((name) => {
      const server = stack.hosts.get(name);
      const platform = stack.platforms.get(name) ?? "existing";
      return { name, platform, ...(server === undefined ? {} : { server }) };
    }),
    datasets: datasets.map(({ name, service, owner, home, next, formerly }) => ({
      ...{ name, service, role: owner, home },
      ...(next === undefined ? {} : { next }),
      ...(formerly === undefined ? {} : { formerly }),
    })),
  };
};

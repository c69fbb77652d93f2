import type { TenantSchemas } from "@rehome/migration";
import {
  ofTenant,
  placesOf,
  samePlacement,
  TENANT,
  type Dataset,
  type Expanded,
  type Placement,
} from "@rehome/topology";
import { grouped } from "../grouped";
import { schemaName } from "../naming";

/** The home that a dataset leaves, or is to leave. */
const leaves = ({ home, next, formerly }: Dataset): Placement | undefined => formerly ?? (next && home);

/**
 * For a dataset that takes a part of a schema: the patterns by which others take theirs, so that its plan can name the
 * tables that nobody takes. Undefined for one that takes all or goes nowhere.
 */
export const takenByOthers = (
  datasets: readonly Dataset[],
): ((dataset: Dataset) => readonly string[] | undefined) => {
  const there = grouped(
    datasets.flatMap((dataset) => placesOf(dataset).map((place) => ({ dataset, place }))),
    ({ place }) => schemaName(place),
  );
  return (dataset) => {
    const from = leaves(dataset);
    if (dataset.tables === undefined || from === undefined) return undefined;
    const others = (there.get(schemaName(from)) ?? []).filter((one) => one.dataset.name !== dataset.name);
    return [...new Set(others.flatMap(({ dataset: { tables } }) => tables ?? ["*"]))];
  };
};

/**
 * How the schemas of tenants are told in a database that the datasets of all tenants leave, so that a plan can name those
 * of tenants that are not listed. For one plan of all: the last tenant's, the one that was added last. Undefined for
 * others, and where a tenant is not told by its schema's name.
 */
export const tenantSchemas = (
  dataset: Dataset,
  { tenants, perTenant, datasets }: Expanded,
): TenantSchemas | undefined => {
  const [from, last] = [leaves(dataset), tenants.at(-1)];
  const written = perTenant.find(({ name }) => `${name}/${last}` === dataset.name);
  if (from === undefined || last === undefined || written === undefined) return undefined;
  const near = ({ host, database }: Placement): boolean => host === from.host && database === from.database;
  const place = written.places.find((each) => samePlacement(ofTenant(each, last), from));
  if (place === undefined || !near(place)) return undefined;
  const anyones = ({ schema }: Placement): string => schema.split(TENANT).join("*");
  const pattern = anyones(place);
  const others = perTenant.flatMap(({ places }) => places.filter(near).map(anyones));
  const names = datasets.flatMap((each) =>
    placesOf(each)
      .filter(near)
      .map(({ schema }) => schema),
  );
  return { pattern, known: [...new Set([...others.filter((each) => each !== pattern), ...names])] };
};

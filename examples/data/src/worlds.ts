import { join } from "node:path";

/** The worlds that have legacy data. */
export const WORLDS = ["chiro-erp", "hexabuilders", "classified-ads", "salesflow", "waqiti"] as const;
export type World = (typeof WORLDS)[number];

/** A database of a world's legacy server. */
export interface LegacyDatabase {
  readonly name: string;
  /** The role that owns the database. */
  readonly owner: string;
  /** Who owns which schema, `public` included. */
  readonly schemas: Readonly<Record<string, string>>;
  /** Who owns the schema of each tenant, `tenant_<tenant>`. Absent: there are no tenants. */
  readonly tenants?: string;
}

const CHIRO_SERVICES = [
  "core",
  "analytics",
  "commerce",
  "crm",
  "finance",
  "logistics",
  "operations",
  "supply",
] as const;

const WAQITI_SERVICES = [
  "user",
  "payment",
  "wallet",
  "ledger",
  "compliance",
  "analytics",
  "security",
  "notification",
] as const;

const CLASSIFIED_ADS_MODULES = [
  "Product",
  "Identity",
  "Storage",
  "Notification",
  "AuditLog",
  "Configuration",
] as const;

const DATABASES: Readonly<Record<World, readonly LegacyDatabase[]>> = {
  "chiro-erp": [
    ...CHIRO_SERVICES.map((service) => ({
      name: `${service}_db`,
      owner: `${service}_user`,
      schemas: { public: `${service}_user` },
    })),
    { name: "keycloak", owner: "keycloak_user", schemas: { public: "keycloak_user" } },
  ],
  hexabuilders: [
    {
      name: "hexabuilders",
      owner: "partner_user",
      schemas: {
        public: "partner_user",
        onboarding: "onboarding_user",
        recruitment: "recruitment_user",
        campaign_management: "campaign_user",
      },
    },
  ],
  "classified-ads": CLASSIFIED_ADS_MODULES.map((module) => ({
    name: `ClassifiedAds_${module}`,
    owner: "classifiedads_user",
    schemas: { public: "classifiedads_user" },
  })),
  salesflow: [
    {
      name: "salesflow",
      owner: "salesflow_user",
      schemas: { public: "salesflow_user", auth_data: "salesflow_user" },
      tenants: "salesflow_user",
    },
  ],
  waqiti: [
    {
      name: "waqiti",
      owner: "waqiti_user",
      schemas: Object.fromEntries(
        WAQITI_SERVICES.map((service) => [`${service}_schema`, "waqiti_user"] as const),
      ),
    },
  ],
};

/** The databases of a world, in the order in which they are loaded. */
export const databasesOf = (world: World): readonly LegacyDatabase[] => DATABASES[world];

/** The roles of a world, each once. */
export const rolesOf = (world: World): readonly string[] => [
  ...new Set(DATABASES[world].flatMap(({ owner, schemas }) => [owner, ...Object.values(schemas)])),
];

/** The roles that a world's `prepare/` makes, for services that had none of their own. */
export const preparedRolesOf = (world: World): readonly string[] => {
  switch (world) {
    case "waqiti":
      return WAQITI_SERVICES.map((service) => `waqiti_${service}_service`);
    case "salesflow":
      return ["registry_user", "auth_user", "contact_user", "activity_user"];
    case "chiro-erp":
    case "hexabuilders":
    case "classified-ads":
      return [];
  }
};

const EXAMPLES = join(__dirname, "..", "..");

/** The folder of a world's program, stack files and legacy data. */
export const folderOf = (world: World): string => join(EXAMPLES, world);

/** The functions that data files use. */
export const preludeFile = (): string => join(EXAMPLES, "data", "prelude.sql");

/** The file with a database's schema, or with its rows; of `tenant`, with those of each tenant. */
export const legacyFile = (world: World, database: string, kind: "schema" | "data"): string =>
  join(folderOf(world), "legacy", `${database}${kind === "data" ? ".data" : ""}.sql`);

/** The names of so many tenants: `tenant1`, `tenant2`, ... */
export const tenantNames = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `tenant${index + 1}`);

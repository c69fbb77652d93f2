/** An object of a schema that can be told from others by name: what is a part of it (index, trigger) belongs to it. */
export interface SchemaObject {
  /** `pg_class 16400`: its catalog and OID; of one database alone. */
  readonly key: string;
  /** As `pg_identify_object` puts it: `table`, `view`, `sequence`, `type`, `function`, `operator`, ... */
  readonly kind: string;
  /** Its name without the schema: `contacts`, `touch(integer)`. Equal in every home of the dataset. */
  readonly name: string;
  /** Its kind and its name with the schema: equal in every database that has the schema under this name. */
  readonly identity: string;
  /** `pg_class.relkind` of a relation; absent for a definition. */
  readonly relkind?: string;
  /** Code that only reading tells the names of. */
  readonly body?: string;
}

/** How one object needs another. */
export type LinkKind =
  "foreign-key" | "view" | "partition" | "inheritance" | "owned" | "sequence" | "code" | "other";

export interface Link {
  /** Keys of the object that needs, and of the one that it needs. */
  readonly from: string;
  readonly to: string;
  readonly kind: LinkKind;
  /** The part of `from` that needs it, in words: `constraint fk on table calls`. */
  readonly what: string;
  /** Where code names it. */
  readonly line?: number;
}

/** A schema's objects, and what they need of each other. */
export interface SchemaGraph {
  readonly schema: string;
  readonly objects: readonly SchemaObject[];
  readonly links: readonly Link[];
  /** The object that a catalog row belongs to: of `pg_index 17000`, the table. By `<catalog> <OID>`. */
  readonly belongs: ReadonlyMap<string, string>;
}

/** An object of a dataset. `shared`: a definition that others use too; it goes along and stays behind as well. */
export interface ScopedObject extends SchemaObject {
  readonly shared: boolean;
}

/** Something that is on both sides of a cut. */
export interface Crossing {
  readonly code:
    "cut-foreign-key" | "cut-view" | "cut-inheritance" | "cut-sequence" | "cut-code" | "cut-reference";
  /** `constraint fk on table calls needs table contacts` */
  readonly text: string;
}

/** The part of a schema that a dataset is: what its table patterns select, and what goes along. */
export interface Scope {
  readonly patterns: readonly string[];
  readonly objects: readonly ScopedObject[];
  readonly crossings: readonly Crossing[];
  /** Patterns that match no relation. */
  readonly unmatched: readonly string[];
  /** Tables that stay; of a partitioned one that stays, its name alone. */
  readonly staying: readonly string[];
  /** Routines, types and sequences that nothing in the schema uses: they stay, whoever calls them. */
  readonly unused: readonly string[];
}

/** Whether an object holds or shows rows, or numbers them. All else is a definition. */
export const isRelation = (object: SchemaObject): boolean => object.relkind !== undefined;

export const isTable = ({ relkind }: SchemaObject): boolean =>
  relkind === "r" || relkind === "p" || relkind === "f";

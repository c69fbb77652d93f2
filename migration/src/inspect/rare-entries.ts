import type { EntryQuery } from "./entry-query";

/**
 * Catalog queries for what few schemas hold, in the form of `fingerprint.ts`: row, kind, name, definition; `$1` is the
 * schema's OID.
 * @param own a condition that an object of the catalog belongs to no extension
 */
export const rareEntries = (own: (alias: string, catalog: string) => string): EntryQuery[] => [
  {
    of: ["pg_proc"],
    select: `SELECT 'pg_proc ' || p.oid, 'aggregate', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', concat_ws(' ', g.aggkind,
     g.aggnumdirectargs, g.aggtransfn, g.aggfinalfn, g.aggcombinefn, g.aggserialfn, g.aggdeserialfn, g.aggmtransfn, g.aggminvtransfn,
     g.aggmfinalfn, g.aggfinalextra, g.aggmfinalextra, g.aggfinalmodify, g.aggsortop::regoperator, g.aggtranstype::regtype,
     g.aggtransspace, g.aggmtranstype::regtype, '/' || g.agginitval, '/' || g.aggminitval)
   FROM pg_aggregate g JOIN pg_proc p ON p.oid = g.aggfnoid WHERE p.pronamespace = $1::oid AND ${own("p", "pg_proc")}`,
  },
  {
    of: ["cast"],
    select: `SELECT 'pg_cast ' || c.oid, 'cast', source.name || ' as ' || target.name, concat_ws(' ', c.castmethod, c.castcontext, nullif(c.castfunc, 0)::regprocedure,
     obj_description(c.oid, 'pg_cast'))
   FROM pg_cast c LEFT JOIN pg_proc p ON p.oid = c.castfunc
   JOIN LATERAL (SELECT t.typnamespace AS nsp, format_type(t.oid, NULL) AS name FROM pg_type t WHERE t.oid = c.castsource) source ON true
   JOIN LATERAL (SELECT t.typnamespace AS nsp, format_type(t.oid, NULL) AS name FROM pg_type t WHERE t.oid = c.casttarget) target ON true
   WHERE $1::oid IN (source.nsp, target.nsp, p.pronamespace) AND ${own("c", "pg_cast")}`,
  },
  {
    of: ["pg_opclass"],
    select: `SELECT 'pg_opclass ' || o.oid, 'operator class', o.opcname || ' using ' || m.amname, concat_ws(' ', o.opcintype::regtype, o.opcdefault,
     nullif(o.opckeytype, 0)::regtype, f.opfname)
   FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod JOIN pg_opfamily f ON f.oid = o.opcfamily
   WHERE o.opcnamespace = $1::oid AND ${own("o", "pg_opclass")}`,
  },
  {
    of: ["pg_opfamily"],
    select: `SELECT 'pg_opfamily ' || f.oid, 'operator family', f.opfname || ' using ' || m.amname, concat_ws(' ',
     (SELECT string_agg(concat_ws(' ', o.amopstrategy, o.amopopr::regoperator, o.amoppurpose), ', ' ORDER BY o.amopstrategy, o.amopopr::regoperator::text)
      FROM pg_amop o WHERE o.amopfamily = f.oid), '/',
     (SELECT string_agg(concat_ws(' ', p.amprocnum, p.amproc::regprocedure, p.amproclefttype::regtype, p.amprocrighttype::regtype), ', '
        ORDER BY p.amprocnum, p.amproclefttype::regtype::text, p.amprocrighttype::regtype::text) FROM pg_amproc p WHERE p.amprocfamily = f.oid))
   FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod WHERE f.opfnamespace = $1::oid AND ${own("f", "pg_opfamily")}`,
  },
  {
    of: ["pg_operator"],
    select: `SELECT 'pg_operator ' || o.oid, 'operator estimate', o.oprname || ' (' || o.oprleft::regtype || ', ' || o.oprright::regtype || ')',
     concat_ws(' ', o.oprcom::regoperator, o.oprnegate::regoperator, o.oprrest, o.oprjoin)
   FROM pg_operator o WHERE o.oprnamespace = $1::oid AND ${own("o", "pg_operator")}`,
  },
  {
    of: ["pg_ts_dict"],
    select: `SELECT 'pg_ts_dict ' || d.oid, 'text search dictionary', d.dictname::text, concat_ws(' ', t.tmplname, d.dictinitoption)
   FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate WHERE d.dictnamespace = $1::oid AND ${own("d", "pg_ts_dict")}`,
  },
  {
    of: ["pg_ts_config"],
    select: `SELECT 'pg_ts_config ' || c.oid, 'text search configuration', c.cfgname::text, concat_ws(' ', p.prsname,
     (SELECT string_agg(concat_ws(' ', m.maptokentype, m.mapdict::regdictionary), ', ' ORDER BY m.maptokentype, m.mapseqno)
      FROM pg_ts_config_map m WHERE m.mapcfg = c.oid))
   FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser WHERE c.cfgnamespace = $1::oid AND ${own("c", "pg_ts_config")}`,
  },
  {
    of: ["pg_conversion"],
    select: `SELECT 'pg_conversion ' || v.oid, 'conversion', v.conname::text, concat_ws(' ', pg_encoding_to_char(v.conforencoding), pg_encoding_to_char(v.contoencoding),
     v.conproc, v.condefault)
   FROM pg_conversion v WHERE v.connamespace = $1::oid AND ${own("v", "pg_conversion")}`,
  },
  {
    of: ["pg_statistic_ext"],
    select: `SELECT 'pg_statistic_ext ' || s.oid, 'statistics detail', s.stxname::text, concat_ws(' ', nullif(s.stxstattarget, -1), array_to_string(pg_get_statisticsobjdef_expressions(s.oid), ', '))
   FROM pg_statistic_ext s WHERE s.stxnamespace = $1::oid`,
  },
  {
    of: ["pg_type"],
    select: `SELECT 'pg_type ' || t.oid, 'range', t.typname::text, concat_ws(' ', r.rngmultitypid::regtype, r.rngsubdiff, r.rngcanonical,
     nullif(r.rngcollation, 0)::regcollation)
   FROM pg_range r JOIN pg_type t ON t.oid = r.rngtypid WHERE t.oid IN (SELECT oid FROM own_type) AND ${own("t", "pg_type")}`,
  },
  {
    of: ["pg_type"],
    select: `SELECT 'pg_type ' || t.oid, 'domain default', t.typname::text, pg_get_expr(t.typdefaultbin, 0, true) FROM pg_type t
   WHERE t.oid IN (SELECT oid FROM own_type) AND t.typtype = 'd' AND t.typdefaultbin IS NOT NULL AND ${own("t", "pg_type")}`,
  },
  {
    of: ["pg_type"],
    select: `SELECT 'pg_type ' || t.oid, 'domain collation', t.typname::text, t.typcollation::regcollation::text FROM pg_type t
   WHERE t.oid IN (SELECT oid FROM own_type) AND t.typtype = 'd' AND t.typcollation <> 0 AND ${own("t", "pg_type")}`,
  },
  {
    of: ["pg_class"],
    select: `SELECT 'pg_class ' || c.oid, 'compression', c.relname || '.' || a.attname, a.attcompression::text
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('r', 'p', 'm')
     AND a.attcompression <> '' AND NOT a.attisdropped`,
  },
  {
    of: ["pg_class"],
    select: `SELECT 'pg_class ' || c.oid, 'index statistics', c.relname || '.' || a.attnum, a.attstattarget::text
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind IN ('i', 'I')
     AND a.attstattarget >= 0 AND NOT a.attisdropped`,
  },
  {
    of: ["pg_class"],
    select: `SELECT 'pg_class ' || c.oid, 'toast setting', c.relname::text, t.reloptions::text
   FROM pg_class c JOIN pg_class t ON t.oid = c.reltoastrelid WHERE c.oid IN (SELECT oid FROM own_relation) AND t.reloptions IS NOT NULL`,
  },
  {
    of: ["pg_class"],
    select: `SELECT 'pg_class ' || c.oid, 'unlogged sequence', c.relname::text, '' FROM pg_class c
   WHERE c.oid IN (SELECT oid FROM own_relation) AND c.relkind = 'S' AND c.relpersistence = 'u'`,
  },
];

-- What SalesFlow's tenants share: their registry, reference data, and who may log in. Everything is salesflow_user's.
ALTER SCHEMA public OWNER TO salesflow_user;
CREATE SCHEMA auth_data AUTHORIZATION salesflow_user;
SET ROLE salesflow_user;
SET search_path = public;

CREATE TABLE tenants (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  tenant_id varchar(63) NOT NULL UNIQUE CHECK (tenant_id ~ '^[a-z0-9_]+$'),
  name text NOT NULL,
  active boolean NOT NULL DEFAULT true,
  created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE contact_types (code varchar(20) PRIMARY KEY, label text NOT NULL, sort_order smallint);
CREATE TABLE tag_categories (
  id serial PRIMARY KEY,
  name text NOT NULL UNIQUE,
  color char(7) NOT NULL DEFAULT '#808080',
  parent_id integer REFERENCES tag_categories (id)
);
CREATE TABLE activity_types (code varchar(20) PRIMARY KEY, label text NOT NULL, is_meeting boolean NOT NULL DEFAULT false);

CREATE TABLE flyway_schema_history (
  installed_rank integer NOT NULL CONSTRAINT flyway_schema_history_pk PRIMARY KEY,
  version varchar(50),
  description varchar(200) NOT NULL,
  type varchar(20) NOT NULL,
  script varchar(1000) NOT NULL,
  checksum integer,
  installed_by varchar(100) NOT NULL,
  installed_on timestamp NOT NULL DEFAULT now(),
  execution_time integer NOT NULL,
  success boolean NOT NULL
);
CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success);

SET search_path = auth_data;
CREATE TYPE user_state AS ENUM ('invited', 'active', 'locked');
CREATE TABLE users (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id varchar(63) NOT NULL,
  email text NOT NULL,
  password_hash text,
  state user_state NOT NULL DEFAULT 'invited',
  last_login timestamptz,
  CONSTRAINT users_email_key UNIQUE (tenant_id, email)
);
COMMENT ON COLUMN users.tenant_id IS 'Of the registry: an id, no foreign key';
CREATE INDEX users_email_idx ON users (lower(email));
CREATE TABLE roles (id serial PRIMARY KEY, name text NOT NULL UNIQUE);
CREATE TABLE permissions (id serial PRIMARY KEY, role_id integer NOT NULL REFERENCES roles (id) ON DELETE CASCADE, action text NOT NULL);
CREATE TABLE user_roles (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  role_id integer NOT NULL REFERENCES roles (id),
  PRIMARY KEY (user_id, role_id)
);
CREATE TABLE flyway_schema_history (LIKE public.flyway_schema_history INCLUDING ALL);
CREATE VIEW active_users AS SELECT id, tenant_id, email FROM users WHERE state = 'active';
CREATE FUNCTION may(who uuid, what text) RETURNS boolean LANGUAGE sql STABLE AS
  $$ SELECT EXISTS (SELECT FROM auth_data.user_roles ur JOIN auth_data.permissions p USING (role_id) WHERE ur.user_id = who AND p.action = what) $$;

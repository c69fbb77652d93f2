export type * from "./args";
export {
  expand,
  ofTenant,
  placesOf,
  TENANT,
  type Dataset,
  type Expanded,
  type PerTenant,
  type Service,
} from "./expand";
export { moveCode, type Wait } from "./gates";
export { jsonSchema } from "./json-schema";
export { parseTopology } from "./parse";
export { cloudSqlEdition } from "./platform/cloudsql-edition";
export { cloudSqlFlags, type ParameterProblem, type PlatformParameters } from "./platform/parameters";
export { parsePlacementName, placementName, samePlacement } from "./placement-name";
export type { Pool, Pooler } from "./pool";
export type { RefusalCode } from "./refusal";
export { CONNECTION_KEYS, POOL_KEYS, type ConnectionKey, type PoolKey } from "./schema/connection-keys";
export type { Dumps } from "./schema/dumps";
export type { CloudSqlHost, DockerHost, ExistingHost, Host, LocalHost, StackHost } from "./schema/hosts";
export type { Gate } from "./schema/gate";
export type { KubernetesRunner } from "./schema/runner";
export type { DatabaseDumps, KubernetesSpec } from "./schema/kubernetes";
export type { Placement } from "./schema/placement";
export type { Resources } from "./schema/resources";
export type { SecretReference } from "./schema/secret-reference";
export { topology as topologySchema, type Topology } from "./schema/topology";
export { serverAddress, type ServerAddress } from "./server-url";
export { TopologyError, type Problem, type ProblemCode } from "./topology-error";
export { asKubernetesName, type Workload } from "./workload";
export { transition, type DatasetState, type Transition } from "./transition";

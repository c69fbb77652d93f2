export { findBinaries, type Binaries, type FindOptions } from "./binaries";
export type { Cluster, ClusterSpec, Tls } from "./cluster";
export { ClusterError, type ClusterErrorCode } from "./cluster-error";
export { clusterStatus, removeCluster, stopCluster } from "./end-cluster";
export { ensureCluster, startIfStopped } from "./ensure-cluster";
export { freePort } from "./free-port";
export { beginLoad, type Load } from "./load";
export { scramVerifier } from "./password";

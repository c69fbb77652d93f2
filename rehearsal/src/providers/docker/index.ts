import type { ProviderPackage, ResourceKind } from "../provider";
import { container } from "./container";
import { network, remoteImage, volume } from "./things";

/** Stands for a Docker engine whose containers are PostgreSQL servers: each is one of this machine, below `directory`. */
export const docker = (directory: string): ProviderPackage => {
  const kinds: Readonly<Record<string, ResourceKind>> = {
    "docker:index/container:Container": container(directory),
    "docker:index/network:Network": network,
    "docker:index/remoteImage:RemoteImage": remoteImage,
    "docker:index/volume:Volume": volume(directory),
  };
  return { name: "docker", kind: (type) => kinds[type] };
};

/** A pod that is not root, and that Kubernetes' restricted profile admits. `user`: its user and group; absent: the image's. */
export const podSecurity = (user?: number) => ({
  runAsNonRoot: true,
  ...(user === undefined ? {} : { runAsUser: user, runAsGroup: user, fsGroup: user }),
  seccompProfile: { type: "RuntimeDefault" },
});

/** A container that can change nothing but the folders mounted for it. */
export const containerSecurity = () => ({
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ["ALL"] },
});

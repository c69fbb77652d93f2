import type { Metadata, ServiceError } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { fromStruct } from "../../wire/struct";
import { InitFailed } from "../provider";

const DETAILS = "grpc-status-details-bin";

const isServiceError = (error: unknown): error is ServiceError =>
  error instanceof Error && "details" in error && "code" in error;

/** Finds "initialized, but failed" in an error's details: the resource exists and is kept. */
const initFailure = (message: string, metadata: Metadata | undefined): InitFailed | undefined => {
  const [packed] = metadata?.get(DETAILS) ?? [];
  if (packed === undefined || typeof packed === "string") return undefined;
  for (const detail of Status.deserializeBinary(packed).getDetailsList()) {
    const failed = detail.unpack(
      (bytes) => ErrorResourceInitFailed.deserializeBinary(bytes),
      "pulumirpc.ErrorResourceInitFailed",
    );
    if (failed !== null) {
      return new InitFailed(
        message,
        failed.getId(),
        fromStruct(failed.getProperties()),
        failed.getReasonsList(),
      );
    }
  }
  return undefined;
};

/** The error of a provider's method, without gRPC's wrapping. */
export const asProviderError = (error: unknown): unknown => {
  if (!isServiceError(error)) return error;
  return initFailure(error.details, error.metadata) ?? new Error(error.details, { cause: error });
};

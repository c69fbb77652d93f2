import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { normalize, type Values } from "./values";

/** Properties as they came over gRPC. */
export const fromStruct = (struct: Struct | undefined): Values =>
  struct === undefined ? {} : (normalize(struct.toJavaScript()) as Values);

/** Properties as they go over gRPC. */
export const toStruct = (values: Values): Struct => Struct.fromJavaScript(values);

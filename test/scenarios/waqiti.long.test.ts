import { describe } from "vitest";
import { ALL, goesTheWholeWay } from "./waqiti-journey";

describe("eight schemas of one database become instances, in waves", () => {
  goesTheWholeWay(ALL);
});

import { z } from "zod";

/** A whole number of at least 1. */
export const count = z.int().min(1);

/** `90s`, `10m`, `1h30m`, or seconds. */
export const duration = z
  .union([
    z
      .string()
      .regex(/^\s*(\d+(\.\d+)?(ms|s|m|h)\s*)+$/, "a duration such as 90s, 10m or 1h30m")
      .regex(/[1-9]/, "longer than 0"),
    z.number().gt(0),
  ])
  .optional();

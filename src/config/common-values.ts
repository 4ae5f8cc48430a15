import { z } from "zod";
import { DURATION } from "../core/duration.ts";

/** A whole number of at least 1. */
export const count = z.int().min(1);

/** `90s`, `10m`, `1h30m`, `60d`, or `P60D`. */
export const durationText = z
  .string()
  .regex(DURATION, "a duration such as 90s, 10m, 1h30m or 60d")
  .regex(/[1-9]/, "longer than 0");

/** A duration as text, or in seconds. */
export const duration = z.union([durationText, z.number().gt(0)]).optional();

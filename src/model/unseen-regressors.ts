import { CALENDAR_FIELDS, findDrivers } from "../core/drivers.ts";
import { regressors } from "./regressors.ts";
import type { SeriesAxis } from "./series-axis.ts";

/** The regressors that a model was fitted with or that were left out, and the values of those that never varied. */
interface KnownRegressors {
  readonly regressors: readonly string[];
  readonly left: Readonly<Record<string, unknown>>;
  readonly constant?: Readonly<Record<string, number>>;
}

/**
 * Notes values in the steps to come whose effect is not known: of a regressor that never varied in training, or a text that
 * training has never had. Fields of the calendar are not noted: a short series has not seen every month.
 */
export function unseenRegressors(
  { regressors: remaining, left, constant = {} }: KnownRegressors,
  exports: unknown,
  axis: SeriesAxis,
): { note?: { type: string; message: string } } {
  const isField = (name: string) => CALENDAR_FIELDS.some((field) => name === field || name.startsWith(`${field}=`));
  const messages: string[] = [];
  const constants = Object.keys(constant).filter((name) => !isField(name));
  for (const [name, values] of Object.entries(constants.length === 0 ? {} : regressors(exports, axis, constants))) {
    const step = values.findIndex((value) => !Number.isNaN(value) && value !== constant[name]);
    if (step >= 0)
      messages.push(
        `${name} was always ${constant[name]} in training, so its effect is not known: its value ${values[step]} in step ${step + 1} changes nothing`,
      );
  }
  if (findDrivers(exports)?.regressors?.some(({ isText }) => isText))
    for (const [name, values] of Object.entries(regressors(exports, axis))) {
      if (!name.includes("=") || isField(name) || remaining.includes(name) || Object.hasOwn(left, name)) continue;
      const step = values.indexOf(1);
      if (step >= 0)
        messages.push(
          `training has never had ${name}, so its effect is not known: in step ${step + 1} it changes nothing`,
        );
    }
  return messages.length === 0 ? {} : { note: { type: "unseen-regressor", message: messages.join("; ") } };
}

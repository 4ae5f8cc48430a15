/** The names of a function's options. As a type, so that none is forgotten. */
export type OptionNames<T> = { readonly [Name in keyof Required<T>]: true };

/** Names of options elsewhere, above all in R, and the name of each here. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  frequency: "period",
  m: "period",
  level: "levels",
  horizon: "h",
  newxreg: "xreg",
  model: "spec",
  nsim: "paths",
  lag: "maxLag",
  "lag.max": "maxLag",
  "s.window": "seasonalWindow",
  "t.window": "trendWindow",
  "include.mean": "includeMean",
  "include.drift": "includeDrift",
  "max.p": "maxP",
  "max.q": "maxQ",
  "max.P": "maxSeasonalP",
  "max.Q": "maxSeasonalQ",
  "max.d": "maxD",
  "max.D": "maxSeasonalD",
  "seasonal.periods": "periods",
  "use.box.cox": "useBoxCox",
  biasadj: "biasAdjust",
};

/**
 * Checks that a function has every option that it was given, and was given those that it needs: an option that is ignored
 * in silence gives another model than was asked for.
 *
 * @param of - the function's name
 * @throws {RangeError} naming the option
 */
export function checkOptions<T extends object>(
  of: string,
  options: T,
  names: OptionNames<T>,
  required: readonly (keyof T & string)[] = [],
): void {
  if (options !== undefined && (typeof options !== "object" || options === null || Array.isArray(options)))
    throw new RangeError(
      `the options of ${of} are ${JSON.stringify(options)}; use an object, such as ${example(names)}`,
    );
  for (const name in options)
    if (!Object.hasOwn(names, name)) {
      const other = Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name]! : undefined;
      const hint =
        other !== undefined && Object.hasOwn(names, other)
          ? `it is called ${other}`
          : `it has ${Object.keys(names).join(", ")}`;
      throw new RangeError(`${name}: unknown option of ${of}; ${hint}`);
    }
  for (const name of required)
    if (options?.[name] === undefined)
      throw new RangeError(`${of} needs the option ${name}, such as ${example(names)}`);
}

/**
 * Checks an option that is an integer.
 *
 * @param most - the greatest value allowed; `rule` says it
 * @throws {RangeError} naming the option and its value
 */
export function checkInteger(name: string, value: number, least: number, most = Infinity, rule = ""): void {
  if (!Number.isSafeInteger(value) || value < least || value > most)
    throw new RangeError(`${name} is ${value}; it must be an integer of at least ${least}${rule}`);
}

const example = (names: object) =>
  "period" in names
    ? "{ period: 12 }"
    : "periods" in names
      ? "{ periods: [7, 365] }"
      : "h" in names
        ? "{ h: 12 }"
        : `{ ${Object.keys(names)[0]}: … }`;

import fc from "fast-check";
import { type FittedModel, METHODS, type Method } from "../../src/index.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { PROPERTIES, type PropertyName, type Subject } from "./properties.ts";
import { type Recipe, recipes, type Sample, sampleOf } from "./samples.ts";

/** The effort of a property's check: the number of series, their most values, and the seed that draws them. */
export interface Effort {
  readonly seed: number;
  readonly runs: number;
  readonly longest: number;
}

/** The result of a property's check. */
export interface Finding {
  /** The number of series that the property applies to. */
  readonly checked: number;
  /** The smallest series without the property, and why; undefined if every one has it. */
  readonly counterexample: string | undefined;
}

/** The names of the methods. */
export const METHOD_NAMES = namesOf(METHODS);
/** The names of the properties. */
export const PROPERTY_NAMES = namesOf(PROPERTIES);

/** Checks a property of a method on series drawn at random, but for those of its exceptions. */
export function checkProperty(method: Method, property: PropertyName, { seed, runs, longest }: Effort): Finding {
  const exceptions = EXCEPTIONS.filter(
    ({ methods, properties }) => methods.includes(method) && properties.includes(property),
  );
  let checked = 0;
  const details = fc.check(
    fc.property(recipes(longest), (recipe) => {
      const sample = sampleOf(recipe);
      if (exceptions.some(({ where }) => where === undefined || where(sample))) return;
      if (holds(method, property, sample)) checked++;
    }),
    { seed, numRuns: runs },
  );
  const [recipe] = details.counterexample ?? [];
  return { checked, counterexample: recipe === undefined ? undefined : describe(recipe, details.errorInstance) };
}

/**
 * Tells whether the property applies to the method on a sample. It does not apply to a series that the method cannot
 * fit.
 *
 * @throws {Error} why the method does not have the property there
 */
export function holds(method: Method, property: PropertyName, sample: Sample): boolean {
  const fit = (values: Float64Array): FittedModel => METHODS[method](values, sample.period);
  let model: FittedModel;
  try {
    model = fit(sample.values);
  } catch (error) {
    if (error instanceof RangeError && property !== "fits any series") return false;
    throw error;
  }
  const subject: Subject = { ...sample, fit, model };
  return PROPERTIES[property](subject);
}

function namesOf<Name extends string>(table: Readonly<Record<Name, unknown>>): Name[] {
  return Object.keys(table).filter((name): name is Name => Object.hasOwn(table, name));
}

/** Returns the reason, the recipe that makes the series again, and its values. */
function describe(recipe: Recipe, error: unknown): string {
  const values = Array.from(sampleOf(recipe).values, String);
  const text = values.length > 60 ? [...values.slice(0, 60), `… (${values.length})`] : values;
  const why = error instanceof Error ? error.message : String(error);
  return `${why}\n    ${JSON.stringify(recipe)}\n    [${text.join(", ")}]`;
}

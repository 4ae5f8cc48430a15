/** Form of an exponential smoothing model: N none, A additive, M multiplicative. */
export interface EtsForm {
  readonly error: "A" | "M";
  readonly trend: "N" | "A" | "M";
  readonly damped: boolean;
  readonly season: "N" | "A" | "M";
}

/** Returns a form's usual name, such as ETS(M,Ad,M). */
export function formName({ error, trend, damped, season }: EtsForm): string {
  return `ETS(${error},${trend}${damped ? "d" : ""},${season})`;
}

/** Returns the number of free initial states: level, slope, and one fewer than the season's (their sum is given). */
export function freeStates({ trend, season }: EtsForm, period: number): number {
  return 1 + (trend === "N" ? 0 : 1) + (season === "N" ? 0 : period - 1);
}

/** Forms to choose from; a part that is undefined or "Z" is open. */
export interface Choice {
  /** Three letters, error, trend and season: A, M, N or Z (chosen). */
  readonly spec: string;
  readonly damped: boolean | undefined;
  readonly restrict: boolean;
  readonly allowMultiplicativeTrend: boolean;
  readonly additiveOnly: boolean;
  readonly positive: boolean;
  /** True if the series can have a season. */
  readonly seasonal: boolean;
}

/**
 * Returns the forms a choice leaves. What `spec` names outright is taken at its word, but for `restrict`: that leaves out the
 * forms of infinite variance, additive errors with a multiplicative trend or season, and (M,M,A).
 *
 * @throws {RangeError} if `spec` is not understood
 */
export function admissibleForms(choice: Choice): EtsForm[] {
  const { spec, damped } = choice;
  if (!/^[AMZ][NAMZ][NAMZ]$/.test(spec))
    throw new RangeError(
      `spec is ${JSON.stringify(spec)}; it must be three letters, error (A, M or Z), trend and season (N, A, M or Z)`,
    );
  const open = (letter: string, all: readonly string[]) => (letter === "Z" ? all : [letter]);
  const multiplicative = choice.positive && !choice.additiveOnly;
  const errors = open(spec[0]!, multiplicative ? ["A", "M"] : ["A"]);
  const trends = open(spec[1]!, multiplicative && choice.allowMultiplicativeTrend ? ["N", "A", "M"] : ["N", "A"]);
  const seasons = open(spec[2]!, !choice.seasonal ? ["N"] : multiplicative ? ["N", "A", "M"] : ["N", "A"]);
  const forms: EtsForm[] = [];
  for (const error of errors)
    for (const trend of trends)
      for (const season of seasons)
        for (const withDamping of trend === "N" ? [false] : damped === undefined ? [false, true] : [damped]) {
          if (trend === "N" && damped === true) continue;
          const form = { error, trend, damped: withDamping, season } as EtsForm;
          if (!(choice.restrict && infiniteVariance(form))) forms.push(form);
        }
  return forms;
}

function infiniteVariance({ error, trend, season }: EtsForm): boolean {
  return error === "A" ? trend === "M" || season === "M" : trend === "M" && season === "A";
}

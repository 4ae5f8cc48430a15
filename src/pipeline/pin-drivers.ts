import { type ColumnInfo, matchColumn } from "../core/columns/column.ts";
import type { DriverColumn, Drivers, HolidayDriver } from "../core/drivers.ts";
import { ManymodelError, messageOf, show } from "../core/errors.ts";
import type { Snapshot } from "../core/run.ts";
import {
  type StatedDrivers,
  type StatedHolidays,
  type StatedRegressor,
  statedFourier,
} from "../core/stated-drivers.ts";

/** Holidays are written out from so many years before a run to so many after it. */
const YEARS_BEFORE = 25;
const YEARS_AFTER = 10;
/** The years of an earlier run serve as long as they reach so many years beyond the next run. */
const LEAST_YEARS_AFTER = 2;

/**
 * Returns what drives the series of a run as its exports keep it: with the types of columns, and holidays as dates, so that workers,
 * warehouse functions and versions need no library, and forecast by the same days for good.
 *
 * @param earlier - the drivers of a run that this one resumes or starts from: its years of holidays stay, so that a new year
 *   changes nothing
 * @throws {ManymodelError} `input` for a column that the source does not have; `config` for an unknown country
 */
export async function pinDrivers(
  configuration: StatedDrivers,
  { columns, query, timeColumn }: Snapshot,
  now: Date,
  earlier: Drivers = {},
): Promise<Drivers> {
  const { regressors, calendar, holidays, fourier } = configuration;
  const time = columns.find(({ name }) => name === timeColumn);
  if (time === undefined || time.type === "string" || time.type === "boolean")
    throw new ManymodelError(
      "config",
      `source.regressors, calendar, holidays and fourier need the times of rows, but ${time === undefined ? "source.order_by names none" : `${time.name} of ${query.table} holds ${time.type}s`}; name a date, timestamp or number last in source.order_by`,
    );
  const isDated = time.type === "date" || time.type === "timestamp";
  if (!isDated && (calendar !== undefined || holidays !== undefined))
    throw new ManymodelError(
      "config",
      `source.${calendar === undefined ? "holidays" : "calendar"} needs dates, but ${time.name} of ${query.table} holds numbers; make it a date or a timestamp`,
    );
  const years = yearsAround(now.getUTCFullYear(), earlier);
  return {
    ...(regressors !== undefined && {
      regressors: regressors.map((one) => columnOf(one, query.table, query.target, columns)),
    }),
    ...(calendar !== undefined && { calendar }),
    ...(holidays !== undefined && { holidays: await holidaysOf(holidays, years) }),
    ...(holidays?.country !== undefined && { holidayYears: years }),
    ...(fourier !== undefined && { fourier: statedFourier(fourier) }),
  };
}

/** Returns the years of an earlier run, or those around this one where these end too soon. */
function yearsAround(year: number, { holidayYears }: Drivers): readonly [number, number] {
  if (holidayYears !== undefined && holidayYears[1] >= year + LEAST_YEARS_AFTER) return holidayYears;
  return [year - YEARS_BEFORE, year + YEARS_AFTER];
}

function columnOf(
  configuration: StatedRegressor,
  table: string,
  target: string | undefined,
  columns: readonly ColumnInfo[],
): DriverColumn {
  const { column, lag = 0, missing } = typeof configuration === "string" ? { column: configuration } : configuration;
  const names = columns.map(({ name }) => name);
  const name = matchColumn(names, column);
  const type = columns.find((one) => one.name === name)?.type;
  if (name === undefined || type === undefined)
    throw new ManymodelError(
      "input",
      `${table} has no column ${show(column)} (source.regressors); it has ${names.join(", ")}`,
    );
  if (type === "date" || type === "timestamp")
    throw new ManymodelError(
      "input",
      `column ${name} of ${table} (source.regressors) holds ${type}s; a regressor needs numbers, booleans or texts`,
    );
  const lags = typeof lag === "number" ? [lag] : lag;
  if (target !== undefined && name === matchColumn(names, target) && lags.some((one) => one <= 0))
    throw new ManymodelError(
      "input",
      `column ${name} of ${table} is the target, so it cannot be one of source.regressors; leave it out`,
    );
  return { column: name, lags, isText: type === "string", ...(missing !== undefined && { missing }) };
}

/** Returns holidays by name, each with its dates: those of a country, then further days. */
async function holidaysOf(
  { country, region, before = 0, after = 0, days = {} }: StatedHolidays,
  years: readonly [number, number],
): Promise<HolidayDriver[]> {
  const dates = new Map<string, string[]>();
  if (country !== undefined)
    for (const { name, date } of await publicHolidays(country, region, years))
      dates.set(name, [...(dates.get(name) ?? []), date]);
  for (const [name, listed] of Object.entries(days)) dates.set(name, [...(dates.get(name) ?? []), ...listed]);
  const reach = { ...(before > 0 && { before }), ...(after > 0 && { after }) };
  return [...dates].map(([name, ofName]) => ({ name, dates: ofName.sort(), ...reach }));
}

async function publicHolidays(
  country: string,
  region: string | undefined,
  [first, last]: readonly [number, number],
): Promise<{ name: string; date: string }[]> {
  const { default: Holidays } = await import("date-holidays").catch((error: unknown) => {
    throw new ManymodelError(
      "config",
      `source.holidays.country needs the package date-holidays: npm install date-holidays (${messageOf(error)})`,
    );
  });
  const countries = new Holidays().getCountries("en");
  if (!Object.hasOwn(countries, country))
    throw new ManymodelError(
      "config",
      `source.holidays.country is ${show(country)}; use a code such as DE, AT, FR, GB or US`,
    );
  const regions = new Holidays().getStates(country, "en") ?? {};
  if (region !== undefined && !Object.hasOwn(regions, region))
    throw new ManymodelError(
      "config",
      `source.holidays.region is ${show(region)}; ${country} has ${Object.keys(regions).join(", ") || "none"}`,
    );
  const calendar = region === undefined ? new Holidays(country) : new Holidays(country, region);
  return Array.from({ length: last - first + 1 }, (_, i) => first + i).flatMap((one) =>
    calendar
      .getHolidays(one, "en")
      .filter(({ type }) => type === "public")
      .map(({ name, date }) => ({ name, date: date.slice(0, 10) })),
  );
}

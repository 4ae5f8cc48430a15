import { CONTAINER_QUESTIONS } from "./container-questions.ts";
import { QUESTIONS } from "./questions.ts";

/** The questions of `npm run test:snowflake-live -- --quick`, the riskiest first, by what their names begin with. */
const ORDER = [
  "engine check can see",
  "COPY with PARTITION BY",
  "times that were written as Parquet",
  "an UPDATE that waited",
  "an asynchronous job service's replicas",
  "a serverless task graph",
  "a container's queries are those",
  "a warehouse's functions give",
  "a COPY to a stage inside a transaction",
  "a transaction that does nothing",
];

/** The questions of the first hour on an account, in order. */
export const FIRST_HOUR = ORDER.map((begin) => {
  const question = [...QUESTIONS, ...CONTAINER_QUESTIONS].find(({ name }) => name.startsWith(begin));
  if (question === undefined) throw new Error(`there is no question that begins with ${begin}`);
  return question;
});

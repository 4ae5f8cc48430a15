/** Credits an hour, by the account's contract and Snowflake's consumption table. */
export interface CreditRates {
  /** Of the configured warehouse. */
  readonly warehouse: number;
  /** Threads that run a table function in that warehouse at once. */
  readonly warehouseThreads: number;
  /** Of a node of the compute pool; no estimate for containers without it. */
  readonly node?: number;
  /** Of an XSMALL serverless task. */
  readonly serverless: number;
}

/** Time and credits of training in one mode of `compute`. */
export interface ModeCredits {
  readonly mode: "client" | "service" | "warehouse";
  /** Seconds until the models are there, without the start of nodes. */
  readonly seconds: number;
  readonly credits: number;
}

/** The shortest time that a warehouse ("Understanding compute cost") and a node of a pool ("Compute pool cost") are billed for. */
const [WAREHOUSE_MIN_S, NODE_MIN_S] = [60, 300];
/** Seconds that a pool of setup stays awake after its last container. */
const NODE_TAIL_S = 300;

/**
 * Estimates the credits of training in each mode from the CPU seconds that it takes on this machine.
 *
 * - `client`: the warehouse is awake as long as this process trains, because leases and beats ask it.
 * - `service`: `replicas` nodes until the pool suspends them, the serverless task that waits for them, and the warehouse once
 *   before and once after.
 * - `warehouse`: the warehouse as long as its threads compute.
 *
 * @param cpuSeconds - of the whole run, on a core like this machine's
 * @param workers - threads of this process
 * @param containers - how many containers train, and with how many threads each
 */
export function creditsByMode(
  cpuSeconds: number,
  workers: number,
  rates: CreditRates,
  containers?: { readonly replicas: number; readonly threads: number },
): ModeCredits[] {
  const hours = (seconds: number, least: number) => Math.max(seconds, least) / 3600;
  const modes: ModeCredits[] = [];
  const here = cpuSeconds / workers;
  modes.push({ mode: "client", seconds: here, credits: hours(here, WAREHOUSE_MIN_S) * rates.warehouse });
  if (containers !== undefined && rates.node !== undefined) {
    const { replicas, threads } = containers;
    const seconds = cpuSeconds / (replicas * threads);
    const nodes = replicas * hours(seconds + NODE_TAIL_S, NODE_MIN_S) * rates.node;
    const task = hours(seconds, 0) * rates.serverless;
    modes.push({
      mode: "service",
      seconds,
      credits: nodes + task + 2 * hours(0, WAREHOUSE_MIN_S) * rates.warehouse,
    });
  }
  const inside = cpuSeconds / rates.warehouseThreads;
  modes.push({ mode: "warehouse", seconds: inside, credits: hours(inside, WAREHOUSE_MIN_S) * rates.warehouse });
  return modes;
}

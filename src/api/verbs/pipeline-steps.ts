import type { PlainData } from "../../core/columns/plain-data.ts";
import type { Stage } from "../../ports/stage.ts";
import type { OnProgress } from "../../runs/progress.ts";
import { checksum } from "../../stages/checksum.ts";
import { findJson, putJson } from "../../stages/json.ts";
import { packageVersion } from "../package-version.ts";
import type { Workspace } from "../workspace.ts";

/**
 * The steps of a pipeline, in order. `setup`, `train`, `register` and `batch` are always there, the others where the
 * configuration asks for them: `import`, `monitor`, `promote`, `export` and `notify` in its `pipeline`, `refine` and
 * `champions` by `refine`, `reconcile` by `reconcile`.
 */
export const PIPELINE_STEPS = [
  "setup",
  "import",
  "train",
  "monitor",
  "refine",
  "champions",
  "register",
  "promote",
  "batch",
  "reconcile",
  "export",
  "notify",
] as const;
/** A step of a pipeline, by its name. */
export type PipelineStep = (typeof PIPELINE_STEPS)[number];

/** The outcome of a step. */
export interface StepReport {
  readonly step: PipelineStep;
  /** True if its inputs have not changed since it was last done, so that its earlier result stands. */
  readonly skipped: boolean;
  readonly seconds: number;
  readonly result: { readonly [name: string]: PlainData };
}

/** Options for running a pipeline. */
export interface PipelineOptions {
  /** True to do every step, even if its inputs have not changed. */
  readonly force?: boolean;
  /** Called when a step begins. The returned function receives the step's progress. */
  readonly onBegin?: (step: PipelineStep) => Promise<OnProgress | undefined>;
  readonly onEnd?: (report: StepReport) => void;
}

/** The record of each step: the fingerprint of its inputs, and its result, or the run that it has begun. */
interface PipelineState {
  readonly [step: string]:
    | { readonly fingerprint: string; readonly result?: StepReport["result"]; readonly run?: string }
    | undefined;
}

/** The arguments of a step's work. */
export interface StepContext {
  readonly progress: { readonly onProgress?: OnProgress };
  /** The run that an interrupted pipeline had begun from the same inputs. */
  readonly run: string | undefined;
  /** Notes the run that the step begins, for a later pipeline to resume it. */
  readonly begin: (run: string) => Promise<void>;
}

const STATE = "pipeline/state.json";

/** The state of a night: all is well, the gate held a version back, too many partitions drift, or a step failed. */
export type NightState = "ok" | "held" | "drift" | "failed";

/** Returns the state of a night by its steps, of which a version that was held back comes first. */
export function nightState(steps: readonly Pick<StepReport, "step" | "result">[]): NightState {
  const result = (name: string) => steps.find(({ step }) => step === name)?.result;
  if (result("promote")?.promoted === false) return "held";
  return result("monitor")?.alert === true ? "drift" : "ok";
}

/** Does the steps of a pipeline, and keeps what became of each. */
export class Steps {
  readonly reports: StepReport[] = [];
  readonly #mm: Workspace;
  readonly #options: PipelineOptions;
  #state: PipelineState;

  private constructor(mm: Workspace, options: PipelineOptions, state: PipelineState) {
    this.#mm = mm;
    this.#options = options;
    this.#state = state;
  }

  static async open(mm: Workspace, options: PipelineOptions): Promise<Steps> {
    return new Steps(mm, options, (await findJson<PipelineState>(mm.engine.stage, STATE)) ?? {});
  }

  /** True if every step is to be done. */
  get isForced(): boolean {
    return this.#options.force ?? false;
  }

  /**
   * Does a step, unless it was done with the same inputs.
   *
   * @param inputs - what decides its result; null: it is always done
   * @param after - what its inputs are once it is done, where it changes them; null: it is to be done again
   */
  async do(
    name: PipelineStep,
    inputs: readonly unknown[] | null,
    work: (context: StepContext) => Promise<StepReport["result"]>,
    after: (result: StepReport["result"]) => readonly unknown[] | null = () => inputs,
  ): Promise<StepReport["result"]> {
    const fingerprint = fingerprintOf(inputs);
    const entry = inputs === null || this.isForced ? undefined : this.#state[name];
    const same = entry?.fingerprint === fingerprint ? entry : undefined;
    const skipped = same?.result !== undefined;
    const began = performance.now();
    const onProgress = skipped ? undefined : await this.#options.onBegin?.(name);
    const context = {
      progress: onProgress === undefined ? {} : { onProgress },
      run: same?.run,
      begin: (run: string) => this.#keep(name, { fingerprint, run }),
    };
    const result = same?.result ?? (await work(context));
    this.add({ step: name, skipped, seconds: (performance.now() - began) / 1000, result });
    const next = after(result);
    if (!skipped && next !== null) await this.#keep(name, { fingerprint: fingerprintOf(next), result });
    return result;
  }

  /** Adds the report of a step that has ended. */
  add(report: StepReport): void {
    this.#options.onEnd?.(report);
    this.reports.push(report);
  }

  async #keep(name: PipelineStep, entry: PipelineState[string]): Promise<void> {
    this.#state = { ...this.#state, [name]: entry };
    await putJson(this.#mm.engine.stage, STATE, this.#state);
  }
}

/** Returns the result that a step of the pipeline left when it was last done, or undefined. */
export async function findStepResult(stage: Stage, step: PipelineStep): Promise<StepReport["result"] | undefined> {
  return (await findJson<PipelineState>(stage, STATE))?.[step]?.result;
}

const fingerprintOf = (inputs: readonly unknown[] | null) => checksum(JSON.stringify([packageVersion, inputs]));

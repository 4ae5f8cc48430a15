import { createHash } from "node:crypto";
import type { TrainedPartition } from "../core/artifact.ts";
import { ManymodelError } from "../core/errors.ts";
import type { ModelVersion } from "../core/registry.ts";
import { stagePath } from "../core/stage-path.ts";
import type { Stage } from "../ports/stage.ts";
import { getSealed, putSealed } from "../stages/sealed.ts";
import { LruCache } from "./lru-cache.ts";

/** Memory for the states of sensors, in characters of their models. */
const STATE_ROOM = 2 ** 26;

/** The part of a partition that readings move on. */
type SensorState = Pick<TrainedPartition, "model" | "lastTs">;

/** The states of sensors by version: their models, moved over the readings that were judged. Each is stored before it counts. */
export class SensorStates {
  readonly #cache = new LruCache<SensorState>(STATE_ROOM);
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Returns a partition as its readings have left it; as it was trained before the first. @throws {ManymodelError} `corrupt` */
  async moved(version: ModelVersion, partitionKey: string, trained: TrainedPartition): Promise<TrainedPartition> {
    const path = statePath(version, partitionKey);
    const state = this.#cache.get(path) ?? (await this.#read(path));
    return state === undefined ? trained : { ...trained, ...state };
  }

  /** Stores the state of a sensor. */
  async put(version: ModelVersion, partitionKey: string, { model, lastTs }: TrainedPartition): Promise<void> {
    const path = statePath(version, partitionKey);
    const state: SensorState = { model, lastTs };
    await putSealed(this.#stage, path, state);
    this.#cache.set(path, state, model?.length ?? 0);
  }

  async #read(path: string): Promise<SensorState | undefined> {
    try {
      const state = await getSealed<SensorState>(this.#stage, path);
      this.#cache.set(path, state, state.model?.length ?? 0);
      return state;
    } catch (error) {
      if (error instanceof ManymodelError && error.kind === "not-found") return undefined;
      throw error;
    }
  }
}

const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 32);

/** Names the states of a version. A version that is registered anew under its old name has other states. */
const versionId = ({ model, version, createdAt }: ModelVersion) => hash(JSON.stringify([model, version, createdAt]));

const statePath = (version: ModelVersion, partitionKey: string) =>
  stagePath.sensorState(versionId(version), hash(partitionKey));

/** Finds the folders of states whose versions are registered no more. */
export async function strayStates(stage: Stage, versions: readonly ModelVersion[]): Promise<string[]> {
  const registered = new Set(versions.map(versionId));
  const ids = new Set((await stage.list(stagePath.sensorStates)).map((path) => path.split("/")[1] ?? ""));
  return [...ids].filter((id) => !registered.has(id)).map((id) => `${stagePath.sensorStates}${id}/`);
}

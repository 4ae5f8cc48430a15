/** The kinds of long-running containers: `workers` serve the queue of any run, `serve` answers predictions over HTTP. */
export type ServiceKind = "workers" | "serve";

/** The state of a service. */
export interface ServiceState {
  /** Such as RUNNING, PENDING, SUSPENDED; in the engine's own words. */
  readonly status: string;
  /** The address of its endpoint; null if it has none, or not yet. */
  readonly url: string | null;
}

/** Keeps containers at work in compute of the engine's own until they are told to stop. */
export interface Services {
  /** CPUs of a container. */
  readonly cpus: number;
  /** Returns the statements that `scale` sends at most. */
  statements(kind: ServiceKind, instances: number): string[];
  /** Returns the statements of `drop`. */
  removal(kind: ServiceKind): string[];
  /**
   * Has so many containers run: creates the service if there is none, resumes it if it is suspended. 0 suspends it.
   *
   * @param config - the configuration that they read
   */
  scale(kind: ServiceKind, instances: number, config: Uint8Array): Promise<void>;
  drop(kind: ServiceKind): Promise<void>;
  /** Returns the state of a service, or undefined if it does not exist. */
  state(kind: ServiceKind): Promise<ServiceState | undefined>;
}

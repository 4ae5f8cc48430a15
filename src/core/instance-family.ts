/** The limits of a container: CPUs, and memory with its unit. */
export interface ContainerSize {
  readonly cpu: number;
  readonly memory: string;
}

/** The machines of compute pools: virtual CPUs and GiB of memory (CREATE COMPUTE POOL, "Instance families"). */
const FAMILIES: Readonly<Record<string, readonly [cpus: number, gib: number]>> = {
  CPU_X64_XS: [1, 6],
  CPU_X64_S: [3, 13],
  CPU_X64_M: [6, 28],
  CPU_X64_SL: [14, 54],
  CPU_X64_L: [28, 116],
  HIGHMEM_X64_S: [6, 58],
};

/** The most that the container that mounts a stage takes of a machine ("Snowflake stage volumes", `resources`). */
const MOUNT = { cpu: 0.5, gib: 1 };

/** Returns the size of a container that has a machine to itself; 2 CPUs and 8 GiB for a family that is not known. */
export function usualSize(family: string): ContainerSize {
  const [cpus, gib] = FAMILIES[family.toUpperCase()] ?? [2 + MOUNT.cpu, 8 + MOUNT.gib];
  return { cpu: cpus - MOUNT.cpu, memory: `${gib - MOUNT.gib}Gi` };
}

/** Says why a container fits no machine of a family; undefined if it fits, or the family is not known. */
export function misfit({ cpu, memory }: ContainerSize, family: string): string | undefined {
  const machine = FAMILIES[family.toUpperCase()];
  if (machine === undefined) return undefined;
  const [cpus, gib] = machine;
  if (cpu <= cpus && gibOf(memory) <= gib) return undefined;
  return `a container of ${cpu} CPUs and ${memory} fits no machine of ${family}, which has ${cpus} CPUs and ${gib}Gi`;
}

const UNITS: Readonly<Record<string, number>> = { Gi: 1, Mi: 2 ** -10, G: 1e9 / 2 ** 30, M: 1e6 / 2 ** 30 };

/** Returns the memory in GiB. */
function gibOf(memory: string): number {
  const [, amount, unit] = /^(\d+)(Gi|Mi|G|M)$/.exec(memory) ?? [];
  return Number(amount) * (UNITS[unit ?? ""] ?? Number.NaN);
}

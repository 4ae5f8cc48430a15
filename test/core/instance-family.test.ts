import { expect, it } from "vitest";
import { misfit, usualSize } from "../../src/core/instance-family.ts";

it("gives a container its machine, except for the mount's share", () => {
  expect(usualSize("CPU_X64_XS")).toEqual({ cpu: 0.5, memory: "5Gi" });
  expect(usualSize("cpu_x64_l")).toEqual({ cpu: 27.5, memory: "115Gi" });
  expect(usualSize("ANOTHER")).toEqual({ cpu: 2, memory: "8Gi" });
});

it("says of a container that fits no machine of the family why", () => {
  expect(misfit({ cpu: 3, memory: "13Gi" }, "CPU_X64_S")).toBeUndefined();
  expect(misfit({ cpu: 3.5, memory: "1Gi" }, "CPU_X64_S")).toMatch(/3.5 CPUs and 1Gi fits no machine of CPU_X64_S/);
  expect(misfit({ cpu: 1, memory: "14336Mi" }, "CPU_X64_S")).toMatch(/has 3 CPUs and 13Gi/);
  expect(misfit({ cpu: 99, memory: "1G" }, "ANOTHER")).toBeUndefined();
});

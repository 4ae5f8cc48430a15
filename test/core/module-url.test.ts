import { expect, it } from "vitest";
import { moduleUrl } from "../../src/core/module-url.ts";

it("has the ending of the module that asks", () => {
  expect(moduleUrl("./worker", "file:///a.b/src/entry.ts").href).toBe("file:///a.b/src/worker.ts");
  expect(moduleUrl("../model/x", "file:///dist/api/entry.js?v=1.0").href).toBe("file:///dist/model/x.js");
  expect(moduleUrl("./worker", "file:///src/page.tsx").href).toBe("file:///src/worker.tsx");
});

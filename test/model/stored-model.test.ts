import { describe, expect, it } from "vitest";
import type { AnyModelDefinition } from "../../src/model/define-model.ts";
import { withStoredModels } from "../../src/model/stored-model.ts";

/** Returns a definition whose `fit` returns a model, and whose `predict` returns the model that it got. */
const definitionOf = (model: object, codec: Partial<Pick<AnyModelDefinition, "save" | "load">>) =>
  withStoredModels({ fit: () => ({ model }), predict: ({ model }) => model as never, ...codec });

/** Returns a model as it comes back from a store, which keeps JSON. */
async function stored(definition: AnyModelDefinition): Promise<{ text: string; model: unknown }> {
  const fitted = await definition.fit({} as never);
  const text = JSON.stringify(fitted.model);
  return { text, model: await definition.predict?.({ model: JSON.parse(text) } as never) };
}

const load = (saved: unknown) => saved as object;

describe("the codec of a definition", () => {
  it("stores bytes in base64 (RFC 4648, section 10), and gives the same kind of array back", async () => {
    const texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
    const bytes = texts.map((text) => new TextEncoder().encode(text));
    const { text, model } = await stored(definitionOf({ bytes }, { load }));
    expect(JSON.parse(text).saved.bytes.map(({ $ }: { $: string[] }) => $[1])).toEqual(
      ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"], //
    );
    expect(model).toEqual({ bytes });
    const views = {
      floats: Float32Array.of(1.5, NaN, -0),
      part: new Uint16Array(Uint16Array.of(1, 2, 3, 4).buffer, 2, 2),
      buffer: Uint8Array.of(255, 0, 7, 9, 1).buffer,
      view: new DataView(Uint8Array.of(3, 4).buffer),
    };
    expect((await stored(definitionOf(views, { load }))).model).toEqual(views);
  });

  it("keeps every byte of a long array, as Buffer writes it", async () => {
    const bytes = Uint8Array.from({ length: 10_001 }, (_, i) => (i * i + i) >> 3);
    const { text, model } = await stored(definitionOf({ bytes }, { load }));
    expect(JSON.parse(text).saved.bytes.$[1]).toBe(Buffer.from(bytes).toString("base64"));
    expect(model).toEqual({ bytes });
  });

  it("keeps numbers that JSON has not, and objects that look like its marks", async () => {
    const saved = { numbers: [Infinity, -Infinity, NaN, -0, 0], $: ["Number", "1"], inner: { $: 1 } };
    expect((await stored(definitionOf(saved, { load }))).model).toEqual(saved);
  });

  it("stores the result of toJSON without save, and revives it", async () => {
    class Tree {
      readonly kind = "tree";
      readonly limit: number;
      constructor(limit: number) {
        this.limit = limit;
      }
      toJSON() {
        return { name: "Tree", limit: this.limit, born: new Date(0) };
      }
      static load = (saved: unknown) => new Tree((saved as Tree).limit);
    }
    const { text, model } = await stored(definitionOf(new Tree(Infinity), { load: Tree.load }));
    expect(JSON.parse(text)).toEqual({
      kind: "tree",
      saved: { name: "Tree", limit: { $: ["Number", "Infinity"] }, born: "1970-01-01T00:00:00.000Z" },
    });
    expect(model).toBeInstanceOf(Tree);
    expect(model).toEqual(new Tree(Infinity));
  });

  it("waits for promises of either, also around update and judge", async () => {
    const definition = withStoredModels({
      fit: async () => ({ model: { level: 1 } }),
      save: async (model) => Float64Array.of((model as { level: number }).level),
      load: async (saved) => ({ level: (saved as Float64Array)[0] ?? NaN }),
      update: ({ model }) => ({ model: { level: (model as { level: number }).level + 1 }, steps: 1 }),
      judge: async ({ model }) => ({ model, steps: 0, readings: {} as never }),
    });
    const { model } = await definition.fit({} as never);
    const moved = await definition.update?.({ model } as never);
    expect(moved).toEqual({ model: { saved: { $: ["Float64Array", "AAAAAAAAAEA="] } }, steps: 1 });
    expect(await definition.judge?.({ model: moved?.model } as never)).toEqual({ ...moved, steps: 0, readings: {} });
  });

  it.each([
    [{ f: () => 1 }, "model.f is a function, which cannot be stored"],
    [{ m: [new Map()] }, "model.m[0] is a Map, of which JSON keeps nothing; save its entries: [...x]"],
    [{ n: 1n }, "model.n is 1, which cannot be stored"],
  ])("refuses values that cannot be stored, naming the place: %#", (model, why) => {
    expect(() => definitionOf(model, { load }).fit({} as never)).toThrow(why);
  });

  it("refuses a model that refers to itself", () => {
    const model: { self?: object } = {};
    model.self = { model };
    expect(() => definitionOf(model, { load }).fit({} as never)).toThrow("model.self.model refers to itself");
  });

  it("leaves a definition without load as it is", () => {
    const plain = { fit: () => ({ model: {} }) };
    expect(withStoredModels(plain)).toBe(plain);
  });
});

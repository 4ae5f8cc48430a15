declare global {
  /**
   * The code of the innermost loops of fits: `"typescript"` leaves the kernels out, which are the same loops in WebAssembly,
   * compiled from `packages/forecast/kernels`. Either gives the same bits. A bundler that replaces the expression
   * `globalThis.MANYMODEL_KERNELS` by that text leaves their bytes out as well, as the compiler of table functions does.
   */
  var MANYMODEL_KERNELS: string | undefined;
}

/** The parts of WebAssembly that kernels need, in Node, browsers and edge runtimes alike. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new <Exports>(module: object) => { readonly exports: Exports };
};
declare const atob: (base64: string) => string;
declare const process: { readonly env?: { readonly MANYMODEL_KERNELS?: string } } | undefined;

/** The memory of a kernel. Growing it replaces its buffer. */
export interface KernelMemory {
  readonly buffer: ArrayBuffer;
}

/**
 * Compiles a kernel and returns its exports. Each thread has its own instance.
 *
 * @param base64 - the kernel's bytes
 * @returns undefined if the engine has no WebAssembly with 128-bit SIMD, a page's policy refuses to compile it, or the
 *   environment variable `MANYMODEL_KERNELS` is `typescript`
 */
export function openKernel<Exports>(base64: string): Exports | undefined {
  if (typeof process !== "undefined" && process.env?.MANYMODEL_KERNELS === "typescript") return undefined;
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return new WebAssembly.Instance<Exports>(new WebAssembly.Module(bytes)).exports;
  } catch {
    return undefined;
  }
}

import fc from "fast-check";
import "./one-worker.mjs";

// The same inputs every time, so that a red run is somebody's change; FAST_CHECK_SEED looks elsewhere.
fc.configureGlobal({ seed: Number(process.env.FAST_CHECK_SEED ?? 20261123) });

import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { jobStatus, kubernetesFleet } from "../../src/fleets/kubernetes.ts";
import {
  type KubernetesOptions,
  kubernetesJob,
  MIN_KUBERNETES,
  slurmSeconds,
} from "../../src/fleets/kubernetes-job.ts";
import type { FleetJob } from "../../src/ports/fleet.ts";
import { temporaryFolder } from "../workspace.ts";
import { startKubernetesApi } from "./kubernetes-api.ts";

/** Made by scripts/kubernetes-schemas.js. */
const SCHEMAS = fileURLToPath(new URL("../fixtures/kubernetes", import.meta.url));
const options: KubernetesOptions = {
  image: "registry.example/manymodel:1",
  command: ["manymodel"],
  namespace: "fleet",
  retries: 3,
  cpus: 2,
  memory: "4G",
  time: "1:30:00",
  throttle: 50,
  secret: "aws",
  configMap: "config",
  volume: { claim: "shared", mountPath: "/data" },
};
const tasks: FleetJob = {
  name: "Tasks_2026.r",
  kind: "tasks",
  count: 200,
  args: ["task", "it's $HOME", "--launch", "x"],
};
const noKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0 ? undefined : "no kubectl here";

// biome-ignore lint/suspicious/noExplicitAny: a manifest, looked into.
const manifest = (job: FleetJob): any => kubernetesJob(job, options);

describe("a Job of Kubernetes", () => {
  it("tries each index again by itself, and counts no pod that the cluster took away", () => {
    const { metadata, spec } = manifest(tasks);
    expect(metadata.generateName).toBe("manymodel-tasks-2026-r-");
    expect(spec).toMatchObject({
      completionMode: "Indexed",
      completions: 200,
      parallelism: 50,
      backoffLimitPerIndex: 3,
    });
    expect(spec.podFailurePolicy.rules[0]).toEqual({
      action: "Ignore",
      onPodConditions: [{ type: "DisruptionTarget", status: "True" }],
    });
    const pod = spec.template.spec;
    expect(pod).toMatchObject({
      restartPolicy: "Never",
      activeDeadlineSeconds: 5400,
      securityContext: { runAsNonRoot: true },
    });
    const [container] = pod.containers;
    expect(container.resources).toEqual({ requests: { cpu: "2", memory: "4Gi" }, limits: { memory: "4Gi" } });
    const volumes = pod.volumes.map(({ name }: { name: string }) => name);
    expect(container.volumeMounts.map(({ name }: { name: string }) => name)).toEqual(volumes);
    expect(spec.podFailurePolicy.rules[1].onExitCodes.containerName).toBe(container.name);
    expect(manifest({ ...tasks, kind: "workers", count: 4 }).spec).toMatchObject({ completions: 4, parallelism: 4 });
  });

  it(`is valid by the schemas that Kubernetes publishes, from ${MIN_KUBERNETES} on`, async () => {
    const files = (await readdir(SCHEMAS)).sort();
    const bare: KubernetesOptions = { image: "i", command: ["manymodel"], retries: 0 };
    const pods = [
      manifest(tasks),
      manifest({ ...tasks, kind: "workers" }),
      kubernetesJob(tasks, { ...options, serviceAccount: "forecaster" }),
      kubernetesJob(tasks, bare),
    ];
    const wrong = [
      { ...manifest(tasks), specs: {} },
      { ...manifest(tasks), spec: { ...manifest(tasks).spec, completions: "200" } },
    ];
    const accepted: string[] = [];
    for (const file of files) {
      const schema = z.fromJSONSchema(JSON.parse(gunzipSync(await readFile(path.join(SCHEMAS, file))).toString()));
      const valid = pods.map((job) => schema.safeParse(job).success);
      expect(new Set(valid).size, `${file}: ${valid}`).toBe(1);
      if (valid[0]) accepted.push(file.replace(/^job-|\.json\.gz$/g, ""));
      for (const job of wrong) expect(schema.safeParse(job).success, file).toBe(false);
    }
    // The version before the oldest is there to show that the schemas refuse what it did not have.
    expect(accepted).toEqual(["1.29", "1.30", "1.31", "1.32", "1.33", "1.34", "1.35", "1.36", "1.37"]);
    expect([files.length, accepted[0]]).toEqual([10, MIN_KUBERNETES]);
  });

  it("says to a task which it is, and gives its arguments as they are", () => {
    const [container] = manifest({ ...tasks, args: ["%s|", "it's $HOME", "a\nb"] }).spec.template.spec.containers;
    const script = container.command[2].replace(
      "exec manymodel",
      `printf '%s,' "$MANYMODEL_TASK" "$MANYMODEL_ATTEMPT"; exec printf`,
    );
    const env = { JOB_COMPLETION_INDEX: "7", POD_UID: "ffffffff-1111-4111-8111-111111111111", PATH: process.env.PATH };
    const { stdout, stderr } = spawnSync("/bin/sh", ["-ec", script], { env, encoding: "utf8" });
    expect([stdout, stderr]).toEqual([`7,${2 ** 31 - 1},it's $HOME|a\nb|`, ""]);
  });

  it("stands as its status says", () => {
    expect(jobStatus(10, { active: 3, ready: 2, succeeded: 4, failedIndexes: "1,5-6" })).toMatchObject({
      waiting: 1,
      running: 2,
      succeeded: 4,
      failed: 3,
    });
    const conditions = [{ type: "Failed", status: "True", reason: "FailedIndexes" }];
    expect(jobStatus(10, { succeeded: 7, failedIndexes: "1,5-6", conditions })).toEqual({
      waiting: 0,
      running: 0,
      succeeded: 7,
      failed: 3,
      cancelled: 0,
      reason: "FailedIndexes",
    });
    expect(["5", "5:30", "2:00:00", "1-0", "1-12:30"].map(slurmSeconds)).toEqual([300, 330, 7200, 86400, 131400]);
  });

  it.skipIf(noKubectl !== undefined)(
    `is created, read and deleted by kubectl${noKubectl === undefined ? "" : `: ${noKubectl}`}`,
    async () => {
      const api = await startKubernetesApi();
      onTestFinished(() => api.close());
      const folder = await temporaryFolder();
      const file = path.join(folder, "kubeconfig");
      await writeFile(file, api.kubeconfig);
      vi.stubEnv("KUBECONFIG", file);
      vi.stubEnv("HOME", folder);
      onTestFinished(() => vi.unstubAllEnvs() as never);
      const fleet = kubernetesFleet(options);
      expect(parse(fleet.describe(tasks))).toEqual(manifest(tasks));
      const id = await fleet.launch(tasks);
      const stored = api.jobs.get(id)!;
      expect(stored.spec).toEqual(manifest(tasks).spec);
      expect(await fleet.status(id)).toMatchObject({ waiting: 200, running: 0 });
      stored.status = { active: 50, ready: 48, succeeded: 100 };
      expect(await fleet.status(id)).toMatchObject({ waiting: 52, running: 48, succeeded: 100 });
      await fleet.cancel(id);
      expect(api.jobs.size).toBe(0);
      await fleet.cancel(id);
      expect(await fleet.status(id)).toMatchObject({ waiting: 0, running: 0, succeeded: 0 });
      expect(await fleet.logs("r", id)).toBe("");
    },
  );
});

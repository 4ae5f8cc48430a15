import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

interface Stored {
  readonly metadata: { name: string; generateName: string };
  readonly spec: Record<string, unknown>;
  status?: object;
}

/** Says that the server checks the fields of what it is given, so that `kubectl` need not. */
const VALIDATES = {
  openapi: "3.0.0",
  paths: {
    "/apis/batch/v1/namespaces/{namespace}/jobs/{name}": {
      patch: {
        "x-kubernetes-group-version-kind": { group: "batch", version: "v1", kind: "Job" },
        parameters: [{ name: "fieldValidation", in: "query" }],
      },
    },
  },
};

/** Starts an API of Kubernetes on loopback, with which `kubectl` can create, read and delete Jobs. It runs none. */
export async function startKubernetesApi() {
  const jobs = new Map<string, Stored>();
  const groups = {
    kind: "APIGroupList",
    groups: [{ name: "batch", versions: [{ groupVersion: "batch/v1", version: "v1" }] }],
  };
  const verbs = ["create", "delete", "get", "list"];
  const resources = [{ name: "jobs", singularName: "job", namespaced: true, kind: "Job", verbs }];
  const server = createServer(async (request, response) => {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    const { pathname } = new URL(request.url!, "http://api");
    const say = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json" });
      response.end(JSON.stringify(body));
    };
    const job = /^\/apis\/batch\/v1\/namespaces\/fleet\/jobs(?:\/([^/]+))?$/.exec(pathname);
    if (pathname === "/api") return say(200, { kind: "APIVersions", versions: ["v1"] });
    if (pathname === "/apis") return say(200, { ...groups, apiVersion: "v1" });
    if (pathname === "/apis/batch/v1")
      return say(200, { kind: "APIResourceList", apiVersion: "v1", groupVersion: "batch/v1", resources });
    if (pathname === "/openapi/v3")
      return say(200, { paths: { "apis/batch/v1": { serverRelativeURL: "/openapi/v3/apis/batch/v1" } } });
    if (pathname === "/openapi/v3/apis/batch/v1") return say(200, VALIDATES);
    if (job !== null && request.method === "POST") {
      const manifest = JSON.parse(Buffer.concat(pieces).toString()) as Stored;
      const name = `${manifest.metadata.generateName}${jobs.size}`;
      const created = { ...manifest, metadata: { ...manifest.metadata, name } };
      jobs.set(name, created);
      return say(201, created);
    }
    const stored = job?.[1] === undefined ? undefined : jobs.get(job[1]);
    if (stored === undefined)
      return say(404, {
        kind: "Status",
        apiVersion: "v1",
        status: "Failure",
        reason: "NotFound",
        code: 404,
        message: "jobs.batch not found",
      });
    if (request.method === "DELETE") jobs.delete(job![1]!);
    return say(200, stored);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    jobs,
    /** The configuration by which `kubectl` finds it. */
    kubeconfig: JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "stub",
      users: [{ name: "u", user: {} }],
      clusters: [{ name: "c", cluster: { server: endpoint } }],
      contexts: [{ name: "stub", context: { cluster: "c", user: "u", namespace: "default" } }],
    }),
    close: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

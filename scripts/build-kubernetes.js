/**
 * Builds etcd, kube-apiserver and kube-controller-manager from their published Go modules, for `npm run test:kubernetes`:
 * `node scripts/build-kubernetes.js FOLDER`. It needs Go, and a quarter of an hour on two cores.
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const KUBERNETES = "1.37.2";
const folder = process.argv[2];
if (folder === undefined) {
  console.error("node scripts/build-kubernetes.js FOLDER: where the programs go");
  process.exit(2);
}
const source = path.join(folder, "module");
mkdirSync(source, { recursive: true });
const go = (...args) =>
  execFileSync("go", args, {
    cwd: source,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, GOFLAGS: "-mod=mod" },
  });

writeFileSync(path.join(source, "go.mod"), "module cluster\n");
const { GoMod: file } = JSON.parse(go("mod", "download", "-json", `k8s.io/kubernetes@v${KUBERNETES}`));
const published = readFileSync(file, "utf8");
const [, language] = /^go (\S+)$/m.exec(published);
const [, etcd] = /go\.etcd\.io\/etcd\/client\/v3 (\S+)/.exec(published);
// Kubernetes requires its own parts at v0.0.0, which it has beside it; published, they are v0.MINOR.PATCH.
const parts = [...published.matchAll(/^\s*(k8s\.io\/\S+) v0\.0\.0$/gm)].map(([, name]) => name);
const version = `v0.${KUBERNETES.split(".").slice(1).join(".")}`;
writeFileSync(
  path.join(source, "go.mod"),
  [
    "module cluster",
    `go ${language}`,
    `godebug default=go${language.split(".").slice(0, 2).join(".")}`,
    `require (\nk8s.io/kubernetes v${KUBERNETES}\ngo.etcd.io/etcd/server/v3 ${etcd}\n)`,
    `replace (\n${parts.map((name) => `${name} => ${name} ${version}`).join("\n")}\n)`,
  ].join("\n"),
);
const [, major, minor] = /^(\d+)\.(\d+)/.exec(KUBERNETES);
const build = { gitVersion: `v${KUBERNETES}`, gitMajor: major, gitMinor: minor };
const flags = Object.entries(build).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
for (const [program, main] of [
  ["etcd", "go.etcd.io/etcd/server/v3"],
  ["kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"],
  ["kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"],
]) {
  console.log(`building ${program} …`);
  go("build", "-ldflags", ["-s", "-w", ...flags].join(" "), "-o", path.resolve(folder, program), main);
}

import { bytes, count } from "../../text/number.ts";
import type { ModelDetail, ModelLine, Session } from "../wire.ts";
import { Actions, actionsOnVersion } from "./actions.tsx";
import { Aliases } from "./aliases.tsx";
import { LineageGraph } from "./charts/lineage.tsx";
import { href } from "./route.ts";
import { Command, Empty, Loading } from "./states.tsx";
import { TableFiles } from "./table-files.tsx";
import { TableHead } from "./table-head.tsx";
import { useData } from "./use-data.ts";
import { VersionDiff } from "./version-diff.tsx";
import { When } from "./when.tsx";

/** Shows the registered models, or one of them. */
export function Registry(props: { model: string | undefined; query: URLSearchParams; session: Session | undefined }) {
  return props.model === undefined ? <Models /> : <Model key={props.model} {...props} model={props.model} />;
}

function Models() {
  const data = useData<readonly ModelLine[]>("/models");
  return (
    <>
      <h1>Registry</h1>
      <Loading data={data} what="the models">
        {(models) =>
          models.length === 0 ? (
            <Empty title="No model is registered yet.">
              Register a completed run: <Command>manymodel register --run RUN</Command>
            </Empty>
          ) : (
            <>
              <TableFiles
                name="models"
                rows={[
                  ["MODEL", "VERSION", "VERSIONS", "PARTITIONS", "ALIASES"],
                  ...models.map(({ model, versions: [newest], versions, aliases }) => [
                    ...[model, newest?.version, versions.length, newest?.succeeded],
                    aliases.map(({ alias, version }) => `${alias}=${version}`).join(" "),
                  ]),
                ]}
              />
              <div class="panel scroll">
                <table class="rows">
                  <TableHead columns={["Model", "Newest", ["Versions", "n"], ["Partitions", "n"], "Aliases"]} />
                  <tbody>
                    {models.map(({ model, versions, aliases }) => (
                      <tr key={model}>
                        <th scope="row">
                          <a href={href(["registry", model])}>{model}</a>
                        </th>
                        <td>{versions[0]?.version}</td>
                        <td class="n">{count(versions.length)}</td>
                        <td class="n">{count(versions[0]?.succeeded ?? 0)}</td>
                        <td>
                          {aliases.map(({ alias, version }) => (
                            <span key={alias} class="tag">
                              {alias} → {version}
                            </span>
                          ))}
                        </td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          )
        }
      </Loading>
    </>
  );
}

function Model({ model, query, session }: { model: string; query: URLSearchParams; session: Session | undefined }) {
  const data = useData<ModelDetail>(href(["models", model]));
  return (
    <>
      <p class="crumbs">
        <a href="/registry">Registry</a>
      </p>
      <h1>
        <span class="wrap">{model}</span>
      </h1>
      <Loading data={data} what="the model">
        {(detail) => (
          <>
            <Aliases detail={detail} session={session} onMoved={data.reload} />
            <Versions detail={detail} selected={query.get("version")} />
            <OnVersion detail={detail} selected={query.get("version")} />
            <section class="panel" aria-labelledby="lineage-title">
              <h2 id="lineage-title">Lineage</h2>
              <LineageGraph graph={detail.graph} model={model} />
            </section>
            <VersionDiff detail={detail} query={query} />
            <Audit detail={detail} />
          </>
        )}
      </Loading>
    </>
  );
}

function Versions({ detail, selected }: { detail: ModelDetail; selected: string | null }) {
  return (
    <section class="panel" aria-labelledby="versions-title">
      <h2 id="versions-title">
        Versions{" "}
        <TableFiles
          name={`versions of ${detail.model}`}
          rows={[
            ["VERSION", "RUN_ID", "MODELS", "FAILED", "HORIZON", "BYTES", "CREATED_AT", "COMMENT"],
            ...detail.versions.map((one) => [
              ...[one.version, one.runId, one.succeeded, one.failed],
              ...[one.horizon, one.bytes, one.createdAt, one.comment],
            ]),
          ]}
        />
      </h2>
      <div class="scroll">
        <table class="rows">
          <TableHead
            columns={[
              "Version",
              "Run",
              ["Models", "n"],
              ["Failed", "n"],
              ["Steps", "n far"],
              ["Size", "n far"],
              ["Registered", "far"],
              ["Comment", "far"],
            ]}
          />
          <tbody>
            {detail.versions.map((one) => (
              <tr key={one.version} aria-selected={one.version === selected ? true : undefined}>
                <th scope="row">
                  <a href={href(["registry", detail.model], { version: one.version })}>{one.version}</a>
                  {detail.aliases
                    .filter(({ version }) => version === one.version)
                    .map(({ alias }) => (
                      <span key={alias} class="tag">
                        {alias}
                      </span>
                    ))}
                </th>
                <td>
                  <a href={href(["runs", one.runId])}>{one.runId}</a>
                </td>
                <td class="n">{count(one.succeeded)}</td>
                <td class={`n ${one.failed > 0 ? "bad" : "muted"}`}>{count(one.failed)}</td>
                <td class="n far">{one.horizon}</td>
                <td class="n far">{bytes(one.bytes)}</td>
                <td class="far">
                  <When at={one.createdAt} />
                </td>
                <td class="far">{one.comment}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** Shows what can be done with the chosen version, the newest where none is. */
function OnVersion({ detail, selected }: { detail: ModelDetail; selected: string | null }) {
  const version = detail.versions.find((one) => one.version === selected) ?? detail.versions[0];
  if (version === undefined) return null;
  const others = detail.aliases.filter((one) => one.version !== version.version).map(({ alias }) => alias);
  return <Actions actions={actionsOnVersion(detail.model, version.version, others)} />;
}

function Audit({ detail }: { detail: ModelDetail }) {
  return (
    <section class="panel" aria-labelledby="audit-title">
      <h2 id="audit-title">Changes</h2>
      <ul class="plain audit">
        {detail.audit.map(({ at, by, action, version, details }) => (
          <li key={`${at} ${action} ${details}`}>
            <span class="muted">
              <When at={at} />
            </span>
            <span>
              <b>{action}</b> {version} <span class="muted">{details}</span> by {by}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

import { randomUUID } from "node:crypto";
import { gunzipSync } from "node:zlib";
import { Hono } from "hono";
import type { SqlFailure } from "./failure.ts";
import type { Faults } from "./faults.ts";
import type { Bind, Session } from "./session.ts";
import type { Answer } from "./statements.ts";

/** The account behind the protocol. */
export interface Account {
  login(
    data: Record<string, unknown>,
    where: { role?: string | undefined; database?: string | undefined; schema?: string | undefined },
  ): Session | undefined;
  bySession(token: string): Session | undefined;
  byMaster(token: string): Session | undefined;
  perform(session: Session, sql: string, binds: readonly Bind[], parameters: Parameters): Promise<Answer>;
  logout(session: Session): Promise<void>;
  readonly faults: Faults;
}

/** Parameters of a statement alone. */
export interface Parameters {
  readonly ROWS_PER_RESULTSET?: number;
  readonly QUERY_TAG?: string;
}

interface Query {
  readonly sql: string;
  readonly session: Session;
  readonly answer: Promise<object>;
  ended: boolean;
  failed: boolean;
}

/** A result with more rows than this has further chunks to fetch. */
const ROWS_AT_ONCE = 2000;

/** Parameters of the formats of dates and times. */
const FORMATS = [
  { name: "DATE_OUTPUT_FORMAT", value: "YYYY-MM-DD" },
  { name: "TIMESTAMP_NTZ_OUTPUT_FORMAT", value: "YYYY-MM-DD HH24:MI:SS.FF3" },
];

/** Returns a handler of the HTTP protocol of Snowflake's drivers, as far as the Node.js driver uses it. */
export function protocol(account: Account): Hono {
  const app = new Hono();
  const queries = new Map<string, Query>();
  const requests = new Map<string, Query>();
  const chunks = new Map<string, string>();
  const { faults } = account;

  const body = async (request: Request): Promise<Record<string, never>> => {
    const bytes = Buffer.from(await request.arrayBuffer());
    return JSON.parse(
      (request.headers.get("content-encoding") === "gzip" ? gunzipSync(bytes) : bytes).toString() || "{}",
    );
  };
  const refuse = (code: string, message: string) => ({ success: false, code, message, data: null });
  const tokenOf = (request: Request) => /Token="([^"]*)"/.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";

  app.post("/session/v1/login-request", async (c) => {
    const { data } = (await body(c.req.raw)) as unknown as { data: Record<string, unknown> };
    const session = account.login(data, {
      role: c.req.query("roleName"),
      database: c.req.query("databaseName"),
      schema: c.req.query("schemaName"),
    });
    if (session === undefined)
      return c.json(refuse("390144", "JWT token is invalid, or incorrect username or password was specified."));
    const validity = { validityInSeconds: 3600, masterValidityInSeconds: 14400 };
    const { token, masterToken, id: sessionId } = session;
    const parameters = [{ name: "CLIENT_STAGE_ARRAY_BINDING_THRESHOLD", value: 65280 }, ...FORMATS];
    return c.json({
      success: true,
      code: null,
      message: null,
      data: { token, masterToken, ...validity, sessionId, parameters, serverVersion: "local" },
    });
  });
  app.post("/session/token-request", async (c) => {
    const session = account.byMaster(tokenOf(c.req.raw));
    if (session === undefined || faults.masterExpired)
      return c.json(refuse("390114", "Authentication token has expired. The user must authenticate again."));
    session.token = randomUUID();
    const { token, masterToken } = session;
    return c.json({
      success: true,
      code: null,
      message: null,
      data: { sessionToken: token, masterToken, validityInSecondsST: 3600, validityInSecondsMT: 14400 },
    });
  });
  app.post("/session/heartbeat", (c) => c.json({ success: true, code: null, message: null, data: null }));
  app.post("/telemetry/send", (c) => c.json({ success: true, code: null, message: null, data: null }));
  app.post("/session", async (c) => {
    const session = account.bySession(tokenOf(c.req.raw));
    if (session !== undefined) await account.logout(session);
    return c.json({ success: true, code: null, message: null, data: null });
  });

  app.post("/queries/v1/query-request", async (c) => {
    const session = account.bySession(tokenOf(c.req.raw));
    if (session === undefined)
      return c.json(refuse("390104", "Session no longer exists.  New login required to access the service."));
    if (faults.takeExpired()) return c.json(refuse("390112", "Your session has expired. Please login again."));
    const {
      sqlText,
      bindings = {},
      asyncExec,
      parameters = {},
    } = (await body(c.req.raw)) as unknown as {
      sqlText: string;
      bindings?: Record<string, Bind>;
      asyncExec?: boolean;
      parameters?: Parameters;
    };
    const request = c.req.query("requestId");
    // Who asks again, because the answer did not arrive, is not asking for it twice.
    const earlier = requests.get(request ?? "");
    if (earlier?.session === session) return c.json(await earlier.answer);
    const id = randomUUID();
    const binds = Object.keys(bindings)
      .sort((a, b) => Number(a) - Number(b))
      .map((n) => bindings[n]!);
    const query: Query = {
      sql: sqlText,
      session,
      ended: false,
      failed: false,
      answer: answer(id, session, sqlText, binds, parameters),
    };
    query.answer.then((response) => {
      query.ended = true;
      query.failed = !(response as { success: boolean }).success;
    });
    queries.set(id, query);
    if (request !== undefined) requests.set(request, query);
    for (const store of [queries, requests]) if (store.size > 5000) store.delete(store.keys().next().value!);
    if (asyncExec)
      return c.json({
        success: true,
        code: "333334",
        message: null,
        data: { queryId: id, getResultUrl: `/queries/${id}/result` },
      });
    const waited = await Promise.race([query.answer, faults.later()]);
    return c.json(
      waited ?? {
        success: true,
        code: "333333",
        message: null,
        data: { queryId: id, getResultUrl: `/queries/${id}/result` },
      },
    );
  });
  app.get("/queries/:id/result", async (c) => {
    const query = queries.get(c.req.param("id"));
    return c.json(query === undefined ? refuse("000709", "Statement not found") : await query.answer);
  });
  app.get("/monitoring/queries/:id", (c) => {
    const query = queries.get(c.req.param("id"));
    const status =
      query === undefined
        ? []
        : [
            {
              id: c.req.param("id"),
              status: !query.ended ? "RUNNING" : query.failed ? "FAILED_WITH_ERROR" : "SUCCESS",
            },
          ];
    return c.json({ success: true, code: null, message: null, data: { queries: status } });
  });
  const abort = (query: Query | undefined) => {
    if (query !== undefined && !query.ended) query.session.interrupt();
    return { success: true, code: null, message: null, data: null };
  };
  app.post("/queries/v1/abort-request", async (c) => {
    const { requestId } = (await body(c.req.raw)) as unknown as { requestId: string };
    return c.json(abort(requests.get(requestId)));
  });
  app.post("/queries/:id/abort-request", (c) => c.json(abort(queries.get(c.req.param("id")))));
  app.get("/chunks/:id", (c) =>
    c.body(chunks.get(c.req.param("id")) ?? "[]", 200, { "content-type": "binary/octet-stream" }),
  );
  app.notFound((c) => c.json(refuse("390101", `no such endpoint: ${c.req.method} ${c.req.path}`), 404));

  async function answer(
    queryId: string,
    session: Session,
    sql: string,
    binds: readonly Bind[],
    parameters: Parameters,
  ): Promise<object> {
    try {
      const result = await account.perform(session, sql, binds, parameters);
      if ("transfer" in result) {
        const { stageLocation, ...transfer } = result.transfer;
        const stageInfo = {
          locationType: "LOCAL_FS",
          location: stageLocation,
          path: "",
          region: "",
          storageAccount: "",
          isClientSideEncrypted: false,
          creds: {},
          endPoint: null,
        };
        return {
          success: true,
          code: null,
          message: null,
          data: {
            ...transfer,
            queryId,
            stageInfo,
            parallel: 4,
            autoCompress: false,
            sourceCompression: "auto_detect",
            encryptionMaterial: [],
            threshold: 209715200,
            statementTypeId: 0x1000,
            rowtype: [],
            rowset: [],
          },
        };
      }
      const { rowtype, rows, statementTypeId } = result.rowset;
      const limit = parameters.ROWS_PER_RESULTSET ?? 0;
      const limited = limit > 0 ? rows.slice(0, limit) : rows;
      const pages = [];
      for (let from = ROWS_AT_ONCE; from < limited.length; from += ROWS_AT_ONCE) {
        const id = randomUUID();
        const part = limited.slice(from, from + ROWS_AT_ONCE);
        const text = JSON.stringify(part).slice(1, -1);
        chunks.set(id, text);
        pages.push({
          url: `${account.faults.origin}/chunks/${id}`,
          rowCount: part.length,
          uncompressedSize: text.length,
          compressedSize: text.length,
        });
      }
      const data = {
        queryId,
        rowtype,
        rowset: limited.slice(0, ROWS_AT_ONCE),
        total: rows.length,
        returned: limited.length,
        statementTypeId,
        version: 1,
        queryResultFormat: "json",
        parameters: FORMATS,
        finalDatabaseName: null,
        ...(pages.length > 0 && { chunks: pages }),
      };
      return { success: true, code: null, message: null, data };
    } catch (error) {
      const { code = "000603", sqlState = "XX000", message } = error as Partial<SqlFailure> & Error;
      return {
        success: false,
        code,
        message,
        data: { queryId, sqlState, errorCode: code, internalError: false, type: "COMPILATION" },
      };
    }
  }
  return app;
}

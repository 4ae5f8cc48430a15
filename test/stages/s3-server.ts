import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { crc32 } from "node:zlib";

/** The fault of a request: the server's action in place of a proper response. */
export type Fault =
  /** Says that it is overloaded. */
  | "slow-down"
  /** Says that it is not allowed. */
  | "deny"
  /** Ends the connection before doing anything. */
  | "cut"
  /** Does what was asked, then ends the connection without saying so. */
  | "cut-after"
  /** Ends the connection in the middle of the answer's body. */
  | "truncate"
  /** Answers with a body that is not what was put. */
  | "alter";

interface StoredObject {
  readonly body: Buffer;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly checksums: Readonly<Record<string, string>>;
}

/** A small S3 on loopback: its documented answers to what a stage asks, and the faults that are asked for. */
export interface S3Server {
  readonly endpoint: string;
  readonly objects: ReadonlyMap<string, StoredObject>;
  /** The requests, as `GET key` or `POST key?uploads`. */
  readonly requests: string[];
  /** Uploads in parts that are neither completed nor aborted. */
  readonly uploads: ReadonlyMap<string, unknown>;
  /** Does something to the next requests that match. */
  disturb(pattern: RegExp, fault: Fault, times?: number): void;
  /** Disturbs nothing any more. */
  calm(): void;
  close(): Promise<void>;
}

/** An answer that is an error, as S3's documentation lists them. */
class S3Error extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string) {
    super(`${code}, as the service says it`);
    this.status = status;
    this.code = code;
  }
}

const BUCKET = "bucket";
const KEY_ID = "test-key";
const SKEW_MS = 15 * 60_000;
const SMALLEST_PART = 5 * 2 ** 20;

/** Credentials that the server accepts, and a region, for the environment. */
export const CREDENTIALS = { AWS_ACCESS_KEY_ID: KEY_ID, AWS_SECRET_ACCESS_KEY: "secret", AWS_REGION: "us-east-1" };

/** Starts a server with one bucket, `bucket`. @param page - how many keys it lists at once, a thousand at most */
export async function startS3(page = 1000): Promise<S3Server> {
  const objects = new Map<string, StoredObject>();
  const uploads = new Map<
    string,
    { key: string; metadata: Record<string, string>; parts: Map<number, StoredObject> }
  >();
  const requests: string[] = [];
  let faults: { pattern: RegExp; fault: Fault; times: number }[] = [];

  const handle = (request: IncomingMessage, query: URLSearchParams, key: string, body: Buffer): Reply => {
    const { method, headers } = request;
    const put = (): StoredObject => {
      const checksums = checkBody(headers, body);
      const metadata = Object.fromEntries(
        Object.entries(headers).filter(([name]) => name.startsWith("x-amz-meta-")) as [string, string][],
      );
      return { body, etag: `"${createHash("md5").update(body).digest("hex")}"`, metadata, checksums };
    };
    const uploadId = query.get("uploadId");
    const upload = uploadId === null ? undefined : uploads.get(uploadId);
    if (uploadId !== null && upload === undefined) throw new S3Error(404, "NoSuchUpload");
    if (method === "GET" && query.get("list-type") === "2") return listing(query);
    if (method === "POST" && query.has("delete")) {
      checkBody(headers, body);
      const keys = [...body.toString().matchAll(/<Key>(.*?)<\/Key>/g)].map(([, name]) => fromXml(name!));
      if (keys.length > 1000) throw new S3Error(400, "MalformedXML");
      for (const name of keys) objects.delete(name);
      return { xml: "<DeleteResult/>" };
    }
    if (method === "POST" && query.has("uploads")) {
      const id = randomUUID();
      uploads.set(id, { key, metadata: put().metadata as Record<string, string>, parts: new Map() });
      return { xml: `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>` };
    }
    if (upload !== undefined && method === "PUT") {
      const part = put();
      upload.parts.set(Number(query.get("partNumber")), part);
      return { headers: { etag: part.etag } };
    }
    if (upload !== undefined && method === "DELETE") {
      uploads.delete(uploadId!);
      return { status: 204 };
    }
    if (upload !== undefined && method === "POST") {
      const named = [...body.toString().matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part]) => part!);
      const parts = named.map((text) => {
        const part = upload.parts.get(Number(/<PartNumber>(\d+)</.exec(text)?.[1]));
        if (part === undefined || fromXml(/<ETag>(.*?)</.exec(text)?.[1] ?? "") !== part.etag)
          throw new S3Error(400, "InvalidPart");
        return part;
      });
      if (parts.slice(0, -1).some((part) => part.body.length < SMALLEST_PART)) throw new S3Error(400, "EntityTooSmall");
      const whole = Buffer.concat(parts.map((part) => part.body));
      const etag = `"${createHash("md5").update(whole).digest("hex")}-${parts.length}"`;
      objects.set(key, { body: whole, etag, metadata: upload.metadata, checksums: {} });
      uploads.delete(uploadId!);
      return { xml: `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>` };
    }
    if (method === "PUT") {
      if (headers["if-none-match"] === "*" && objects.has(key)) throw new S3Error(412, "PreconditionFailed");
      const object = put();
      objects.set(key, object);
      return { headers: { etag: object.etag, ...object.checksums } };
    }
    if (method === "DELETE") {
      objects.delete(key);
      return { status: 204 };
    }
    if (method !== "GET" && method !== "HEAD") throw new S3Error(405, "MethodNotAllowed");
    const object = objects.get(key);
    if (object === undefined) throw new S3Error(404, "NoSuchKey");
    if (headers["if-match"] !== undefined && headers["if-match"] !== object.etag)
      throw new S3Error(412, "PreconditionFailed");
    const common = { etag: object.etag, ...object.metadata, "accept-ranges": "bytes" };
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? "");
    if (range === null)
      return { headers: { ...common, ...(headers["x-amz-checksum-mode"] && object.checksums) }, body: object.body };
    const [from, to] = [Number(range[1]), range[2] === "" ? object.body.length - 1 : Number(range[2])];
    if (from >= object.body.length) throw new S3Error(416, "InvalidRange");
    const part = object.body.subarray(from, to + 1);
    const where = `bytes ${from}-${from + part.length - 1}/${object.body.length}`;
    return { status: 206, headers: { ...common, "content-range": where }, body: part };
  };

  const listing = (query: URLSearchParams): Reply => {
    const after = query.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after).sort();
    const some = keys.slice(0, Math.min(page, Number(query.get("max-keys") ?? 1000)));
    const isTruncated = some.length < keys.length;
    const next = isTruncated ? `<NextContinuationToken>${inXml(some.at(-1)!)}</NextContinuationToken>` : "";
    const contents = some.map(
      (key) => `<Contents><Key>${inXml(key)}</Key><Size>${objects.get(key)!.body.length}</Size></Contents>`,
    );
    return {
      xml: `<ListBucketResult><KeyCount>${some.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`,
    };
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url!, "http://server");
    const [, bucket = "", ...rest] = url.pathname.split("/");
    const key = rest.map(decodeURIComponent).join("/");
    url.searchParams.delete("x-id");
    const query = url.searchParams.size > 0 ? `?${url.searchParams}` : "";
    const line = `${request.method} ${key}${query}`;
    requests.push(line);
    const struck = faults.find(({ pattern, times }) => times > 0 && pattern.test(line));
    if (struck !== undefined) struck.times--;
    if (struck?.fault === "cut") return void request.socket.destroy();
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece);
    let reply: Reply;
    try {
      if (struck?.fault === "slow-down") throw new S3Error(503, "SlowDown");
      if (struck?.fault === "deny") throw new S3Error(403, "AccessDenied");
      checkSignature(request);
      if (bucket !== BUCKET) throw new S3Error(404, "NoSuchBucket");
      reply = handle(request, url.searchParams, key, Buffer.concat(pieces));
    } catch (error) {
      if (!(error instanceof S3Error)) throw error;
      const { status, code, message } = error;
      reply = {
        status,
        xml: `<Error><Code>${code}</Code><Message>${message}</Message><Key>${inXml(key)}</Key></Error>`,
      };
    }
    if (struck?.fault === "cut-after") return void request.socket.destroy();
    answer(response, request.method === "HEAD", reply, struck?.fault);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    objects,
    uploads,
    requests,
    disturb(pattern, fault, times = 1) {
      faults.push({ pattern, fault, times });
    },
    calm() {
      faults = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly xml?: string;
}

function answer(
  response: ServerResponse,
  head: boolean,
  { status = 200, headers = {}, body, xml }: Reply,
  fault?: Fault,
): void {
  const content =
    xml === undefined ? (body ?? Buffer.alloc(0)) : Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`);
  const type = xml === undefined ? "application/octet-stream" : "application/xml";
  const length = status === 204 ? {} : { "content-length": String(content.length), "content-type": type };
  response.writeHead(status, { ...length, ...headers });
  if (head || status === 204) return void response.end();
  if (fault === "truncate") {
    response.write(content.subarray(0, Math.floor(content.length / 2)), () => response.socket?.destroy());
    return;
  }
  response.end(fault === "alter" ? Buffer.alloc(content.length, 1) : content);
}

/** Checks that signature version 4 is present, by a known key, and recent; whether it is right is S3's to know. */
function checkSignature({ headers }: IncomingMessage): void {
  const [, id] =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[^/]+\/s3\/aws4_request, SignedHeaders=\S+, Signature=[0-9a-f]{64}$/.exec(
      headers.authorization ?? "",
    ) ?? [];
  if (id === undefined) throw new S3Error(403, "AccessDenied");
  if (id !== KEY_ID) throw new S3Error(403, "InvalidAccessKeyId");
  const [, y, m, d, H, M, S] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(headers["x-amz-date"])) ?? [];
  const at = Date.UTC(Number(y), Number(m) - 1, Number(d), Number(H), Number(M), Number(S));
  if (!(Math.abs(at - Date.now()) < SKEW_MS)) throw new S3Error(403, "RequestTimeTooSkewed");
}

/** Checks a body against its checksums, and returns those that are stored with an object. */
function checkBody(headers: IncomingMessage["headers"], body: Buffer): Record<string, string> {
  const sha256 = createHash("sha256").update(body).digest();
  const signed = headers["x-amz-content-sha256"];
  if (signed !== undefined && signed !== "UNSIGNED-PAYLOAD" && signed !== sha256.toString("hex"))
    throw new S3Error(400, "XAmzContentSHA256Mismatch");
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32(body));
  const actual: Record<string, string> = {
    "x-amz-checksum-sha256": sha256.toString("base64"),
    "x-amz-checksum-crc32": crc.toString("base64"),
  };
  const checksums = Object.entries(actual).filter(([name]) => headers[name] !== undefined);
  for (const [name, value] of checksums) if (headers[name] !== value) throw new S3Error(400, "BadDigest");
  return Object.fromEntries(checksums);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};
const inXml = (plain: string) => plain.replace(/[&<>"']/g, (c) => ENTITIES[c]!);
const fromXml = (xml: string) =>
  Object.entries(ENTITIES).reduceRight((all, [plain, entity]) => all.replaceAll(entity, plain), xml);

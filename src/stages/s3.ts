import { createHash } from "node:crypto";
import type * as S3 from "@aws-sdk/client-s3";
import { ManymodelError, messageOf, show } from "../core/errors.ts";
import { stagePathParts } from "../core/stage-path.ts";
import type { Stage, StageAddress } from "../ports/stage.ts";
import { quietAwsSdk } from "./aws-sdk.ts";
import { s3Failure } from "./s3-failure.ts";

/** Larger objects are put in parts. A part may be 5 MB at least, and there may be 10,000 of them. */
const PART_BYTES = 16 * 2 ** 20;
const MOST_PARTS = 10_000;
const PARTS_AT_ONCE = 4;
/** As many as one request may delete. */
const KEYS_PER_DELETE = 1000;
/** The number of times that the client tries a request, and that a body that was cut short is asked for again. */
const ATTEMPTS = 6;

/** An open client with its library, which is loaded when it is first needed. */
interface Opened {
  readonly s3: typeof S3;
  readonly client: S3.S3Client;
}

/**
 * Returns a stage in a bucket of S3 or of a compatible service, below a prefix. Credentials, and what the address
 * leaves out, are the usual AWS environment's or profile's. Each object keeps its SHA-256, by which `get` checks what
 * it read; the service checks what it is sent. Nothing depends on a condition of a request: commits are the queue's.
 *
 * @throws {ManymodelError} `config` for an address without a bucket
 */
export function s3Stage(address: StageAddress): Stage {
  const [, Bucket, folder] = /^s3:\/\/([^/]+)\/?(.*?)\/*$/i.exec(address.url) ?? [];
  if (Bucket === undefined)
    throw new ManymodelError("config", `the stage ${show(address.url)} has no bucket; give s3://bucket/prefix`);
  const root = folder === "" ? "" : `${folder}/`;
  const where = (path: string) => `s3://${Bucket}/${root}${path}`;
  const keyOf = (path: string) => root + stagePathParts(path).join("/");
  let opened: Promise<Opened> | undefined;

  /** Does something with the client; what goes wrong is said in one line. */
  const ask = async <T>(path: string, work: (opened: Opened) => Promise<T>): Promise<T> => {
    const open = await (opened ??= openClient(address));
    return work(open).catch((error: unknown) => {
      throw error instanceof ManymodelError ? error : s3Failure(error, where(path));
    });
  };

  const list = (prefix: string) =>
    ask(prefix, async ({ s3, client }) => {
      const paths: string[] = [];
      for await (const page of s3.paginateListObjectsV2({ client }, { Bucket, Prefix: root + prefix }))
        for (const { Key } of page.Contents ?? []) if (Key !== undefined) paths.push(Key.slice(root.length));
      return paths.sort();
    });

  return {
    async put(path, bytes) {
      const Key = keyOf(path);
      const digest = createHash("sha256").update(bytes).digest();
      const Metadata = { sha256: digest.toString("hex") };
      await ask(path, async (open) => {
        if (bytes.length > PART_BYTES) return putInParts(open, { Bucket, Key, Metadata }, bytes);
        const ChecksumSHA256 = digest.toString("base64");
        await open.client.send(new open.s3.PutObjectCommand({ Bucket, Key, Metadata, ChecksumSHA256, Body: bytes }));
      });
    },
    async get(path) {
      const Key = keyOf(path);
      return ask(path, async (open) => {
        const { bytes, sha256 } = await readWhole(open, { Bucket, Key }, where(path));
        if (sha256 !== undefined && createHash("sha256").update(bytes).digest("hex") !== sha256)
          throw new ManymodelError("corrupt", `${where(path)} is damaged: its checksum differs`);
        return bytes;
      });
    },
    async list(prefix) {
      if (prefix !== "") stagePathParts(prefix.replace(/\/$/, ""));
      return list(prefix);
    },
    async remove(prefix) {
      stagePathParts(prefix.replace(/\/$/, ""));
      const files = await list(prefix);
      await ask(prefix, async ({ s3, client }) => {
        for (let from = 0; from < files.length; from += KEYS_PER_DELETE) {
          const Objects = files.slice(from, from + KEYS_PER_DELETE).map((path) => ({ Key: root + path }));
          const { Errors = [] } = await client.send(
            new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
          );
          const [failure] = Errors;
          if (failure !== undefined)
            throw s3Failure({ name: failure.Code, message: failure.Message }, `s3://${Bucket}/${failure.Key}`);
        }
      });
      return files.length;
    },
  };
}

async function openClient({ url, endpoint, region, forcePathStyle }: StageAddress): Promise<Opened> {
  quietAwsSdk();
  const s3 = await import("@aws-sdk/client-s3").catch((cause: unknown) => {
    throw new ManymodelError("config", `the stage ${url} needs a package: npm install @aws-sdk/client-s3`, { cause });
  });
  const client = new s3.S3Client({
    maxAttempts: ATTEMPTS,
    retryMode: "standard",
    requestHandler: { connectionTimeout: 10_000, requestTimeout: 120_000 },
    ...(endpoint !== undefined && { endpoint, region: "us-east-1" }),
    ...(region !== undefined && { region }),
    ...(forcePathStyle !== undefined && { forcePathStyle }),
  });
  return { s3, client };
}

/** Puts a large object in parts; leaves none behind if one cannot be put. */
async function putInParts(
  { s3, client }: Opened,
  target: { readonly Bucket: string; readonly Key: string; readonly Metadata: Record<string, string> },
  bytes: Uint8Array,
): Promise<void> {
  const { Bucket, Key } = target;
  const size = Math.max(PART_BYTES, Math.ceil(bytes.length / MOST_PARTS));
  const { UploadId } = await client.send(
    new s3.CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: "SHA256" }),
  );
  const upload = { Bucket, Key, UploadId };
  const Parts: S3.CompletedPart[] = [];
  let next = 0;
  const putSome = async () => {
    for (let i = next++; i * size < bytes.length; i = next++) {
      const Body = bytes.subarray(i * size, (i + 1) * size);
      const ChecksumSHA256 = createHash("sha256").update(Body).digest("base64");
      const part = { ...upload, PartNumber: i + 1, ChecksumSHA256 };
      const { ETag } = await client.send(new s3.UploadPartCommand({ ...part, Body }));
      Parts[i] = { PartNumber: i + 1, ChecksumSHA256, ...(ETag !== undefined && { ETag }) };
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: PARTS_AT_ONCE }, putSome));
  const failure = ended.find((result) => result.status === "rejected");
  if (failure !== undefined) {
    await client.send(new s3.AbortMultipartUploadCommand(upload)).catch(() => {});
    throw failure.reason;
  }
  await client.send(new s3.CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts } }));
}

/** Reads an object; where its body is cut short, the rest is asked for, as long as it is still the same object. */
async function readWhole(
  { s3, client }: Opened,
  source: { readonly Bucket: string; readonly Key: string },
  where: string,
): Promise<{ bytes: Uint8Array; sha256: string | undefined }> {
  const pieces: Uint8Array[] = [];
  let read = 0;
  let whole: { length: number; tag: string | undefined; sha256: string | undefined } | undefined;
  let cut: unknown;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const range = whole && { Range: `bytes=${read}-`, ...(whole.tag !== undefined && { IfMatch: whole.tag }) };
    const answer = await client.send(new s3.GetObjectCommand({ ...source, ...range }));
    whole ??= { length: answer.ContentLength ?? 0, tag: answer.ETag, sha256: answer.Metadata?.sha256 };
    try {
      for await (const piece of answer.Body as AsyncIterable<Uint8Array>) {
        pieces.push(piece);
        read += piece.length;
      }
    } catch (error) {
      cut = error;
    }
    if (read >= whole.length) return { bytes: Buffer.concat(pieces, read), sha256: whole.sha256 };
  }
  const why = cut === undefined ? "its end is missing" : messageOf(cut);
  throw new ManymodelError("storage", `${where} broke off after ${read} of ${whole?.length} bytes: ${why}; try again`);
}

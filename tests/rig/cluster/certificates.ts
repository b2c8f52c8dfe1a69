/** Keys and certificates of a cluster, made by openssl. */
import { run } from "../run.ts";

/** Files of an authority and of what it signed. */
export interface Certificates {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** The key's public half, by which the API server knows the tokens that it signed with it. */
  readonly publicKey: string;
  /** An authority that signed nothing here. */
  readonly foreignCa: string;
}

/**
 * Makes an authority, and a certificate of it for 127.0.0.1.
 *
 * @param directory where to
 */
export async function makeCertificates(directory: string): Promise<Certificates> {
  const at = (name: string): string => `${directory}/${name}`;
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  for (const name of ["ca", "foreign"]) {
    const usage = ["-addext", "keyUsage=critical,keyCertSign,digitalSignature"];
    const out = ["-keyout", at(`${name}.key`), "-out", at(`${name}.crt`), "-subj", `/CN=${name}`];
    await run(["openssl", "req", "-x509", ...curve, ...usage, ...out]);
  }
  await Deno.writeTextFile(at("san"), "subjectAltName=IP:127.0.0.1\n");
  await run([
    "openssl",
    "req",
    ...curve,
    "-keyout",
    at("api.key"),
    "-out",
    at("api.csr"),
    "-subj",
    "/CN=api",
  ]);
  const signer = ["-CA", at("ca.crt"), "-CAkey", at("ca.key"), "-CAcreateserial"];
  const request = ["-req", "-in", at("api.csr"), "-days", "2", "-extfile", at("san"), "-out", at("api.crt")];
  await run(["openssl", "x509", ...request, ...signer]);
  await run(["openssl", "pkey", "-in", at("api.key"), "-pubout", "-out", at("api.pub")]);
  const publicKey = at("api.pub");
  return {
    ca: at("ca.crt"),
    cert: at("api.crt"),
    key: at("api.key"),
    publicKey,
    foreignCa: at("foreign.crt"),
  };
}

// The cases with @grpc/grpc-js: knows the service by its .proto files, not by reflection.
//   node client.js SETTINGS.json
// SETTINGS: {address, token, folders, files, strange, certificate, cases}. Prints a line of JSON for
// each case: {name, seen: [what each call brought]}, as cases.py compares it.
'use strict';
const fs = require('node:fs');
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const settings = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'));
const how = { keepCase: false, longs: String, enums: String, defaults: false, oneofs: false };
const load = (files) => loader.loadSync(files, { ...how, includeDirs: settings.folders });
const api = load(settings.files);
const strange = load([settings.strange]);
const statusName = Object.fromEntries(
  Object.entries(grpc.status).filter(([name]) => Number.isNaN(Number(name))).map(([k, v]) => [v, k]));

// What protobuf's JSON writes otherwise than proto-loader's objects: moments.
const asObject = (value) => {
  if (typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:]+Z$/.test(value)) {
    return { seconds: String(Date.parse(value) / 1000), nanos: 0 };
  }
  if (Array.isArray(value)) return value.map(asObject);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, asObject(item)]));
};
const texts = (metadata) => Object.fromEntries(Object.keys(metadata.getMap()).map((key) => {
  const [value] = metadata.get(key);
  return [key, Buffer.isBuffer(value) ? value.toString('base64') : value];
}));

const detailsOf = (trailing) => {
  const out = { locales: [] };
  const [bytes] = trailing.get('grpc-status-details-bin');
  if (!bytes) return out;
  for (const any of api['google.rpc.Status'].deserialize(bytes).details) {
    const name = any.type_url.split('/')[1];
    const detail = api[name].deserialize(any.value);
    if (name === 'google.rpc.ErrorInfo') out.reason = detail.reason;
    else if (name === 'google.rpc.BadRequest') out.field = detail.fieldViolations[0].field;
    else if (name === 'google.rpc.LocalizedMessage') out.locales.push(detail.locale);
    else if (name === 'google.rpc.RequestInfo') out.request_id = detail.requestId;
  }
  return out;
};

const metadataOf = (row) => {
  const out = new grpc.Metadata();
  const token = row.token ?? true;
  if (token !== false) out.add('authorization', `Bearer ${token === true ? settings.token : token}`);
  for (const [key, value] of row.metadata ?? []) {
    out.add(key, key.endsWith('-bin') ? Buffer.from(value, 'base64') : value);
  }
  return out;
};

// One call, read to its end or to where it is to be cancelled. As a stream both ways every kind can
// be sent: the frames are the same.
const callOnce = (client, row) => new Promise((resolve) => {
  const [service, name] = row.method.split('/');
  const method = (row.strange ? strange : api)[service][name];
  const options = row.deadline_ms === undefined ? {} : { deadline: Date.now() + row.deadline_ms };
  const began = Date.now();
  const seen = { messages: 0, reply: null, initial: {} };
  const call = client.makeBidiStreamRequest(
    method.path, method.requestSerialize, method.responseDeserialize, metadataOf(row), options);
  call.on('metadata', (metadata) => { seen.initial = texts(metadata); });
  call.on('data', (message) => {
    seen.messages += 1;
    seen.reply = message;
    if (seen.messages === row.cancel_after) call.cancel();
  });
  call.on('error', () => {}); // `status` tells
  call.on('status', (status) => resolve({
    ...seen, ...detailsOf(status.metadata), status: statusName[status.code],
    sentence: status.details, trailing: texts(status.metadata),
    seconds: (Date.now() - began) / 1000 }));
  for (const request of row.requests) call.write(asObject(request));
  call.end();
  if (row.cancel_after === 0) call.cancel();
});

async function runCase(row) {
  const credentials = settings.certificate
    ? grpc.credentials.createSsl(fs.readFileSync(settings.certificate))
    : grpc.credentials.createInsecure();
  const client = new grpc.Client(settings.address, credentials, {
    'grpc.use_local_subchannel_pool': 1,
    ...(row.gzip ? { 'grpc.default_compression_algorithm': 2 } : {}) });
  try {
    if (row.parallel) {
      return await Promise.all(Array.from({ length: row.parallel }, () => callOnce(client, row)));
    }
    const seen = [];
    for (let i = 0; i < (row.times ?? 1); i += 1) seen.push(await callOnce(client, row));
    return seen;
  } finally {
    client.close();
  }
}

async function main() {
  for (const row of settings.cases) {
    console.log(JSON.stringify({ name: row.name, seen: await runCase(row) }));
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});

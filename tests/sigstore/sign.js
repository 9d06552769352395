// SPDX-License-Identifier: Apache-2.0
// usage: sign.js PRIVATE.pem EVIDENCE.jsonl: the same payloads in envelopes that sigstore's code made.
'use strict';
const fs = require('fs');
const crypto = require('crypto');
const {dsse} = require('@sigstore/core');

const [keyFile, evidenceFile] = process.argv.slice(2);
const key = crypto.createPrivateKey(fs.readFileSync(keyFile));
for (const line of fs.readFileSync(evidenceFile, 'utf8').split('\n').filter(text => text !== '')) {
  const {payload, payloadType} = JSON.parse(line);
  const signed = dsse.preAuthEncoding(payloadType, Buffer.from(payload, 'base64'));
  const sig = crypto.sign(null, signed, key).toString('base64');
  console.log(JSON.stringify({payload, payloadType, signatures: [{sig, keyid: ''}]}));
}

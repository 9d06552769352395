// SPDX-License-Identifier: Apache-2.0
// usage: verify.js KEY.pem EVIDENCE.jsonl: each envelope by sigstore's verifier; exit 1: one does not verify.
'use strict';
const fs = require('fs');
const crypto = require('crypto');
const {bundleFromJSON} = require('@sigstore/bundle');
const {Verifier, toSignedEntity, toTrustMaterial} = require('@sigstore/verify');

const [keyFile, evidenceFile] = process.argv.slice(2);
const publicKey = crypto.createPublicKey(fs.readFileSync(keyFile));
const nobody = {
  mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
  tlogs: [], ctlogs: [], certificateAuthorities: [], timestampAuthorities: [],
};
const trust = toTrustMaterial(nobody, () => ({publicKey, validFor: () => true}));
const verifier = new Verifier(trust, {tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0});

const lines = fs.readFileSync(evidenceFile, 'utf8').split('\n').filter(line => line !== '');
lines.forEach((line, i) => {
  try {
    verifier.verify(toSignedEntity(bundleFromJSON({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: {publicKey: {hint: 'rig'}},
      dsseEnvelope: JSON.parse(line),
    })));
    console.log(`${evidenceFile}:${i + 1}: verified`);
  } catch (error) {
    console.log(`${evidenceFile}:${i + 1}: ${error.message}`);
    process.exitCode = 1;
  }
});
if (lines.length === 0) {
  console.log(`${evidenceFile}: no envelope`);
  process.exitCode = 1;
}

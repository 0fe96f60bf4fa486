// The life of one key with Microsoft's Node clients, unmodified: @azure/identity
// or @azure/msal-node for tokens, @microsoft/microsoft-graph-client for Graph.
//
//   node flow.mjs identity-secret|identity-certificate|msal-secret|msal-certificate
//
// The emulator is known by the variables it prints; NODE_EXTRA_CA_CERTS names
// its authority, and CLIENT_PEM a certificate with its key. Exits 1 at the first
// step that does not end as it should.
import assert from 'node:assert/strict';
import crypto from 'node:crypto';
import fs from 'node:fs';
import { ClientCertificateCredential, ClientSecretCredential } from '@azure/identity';
import { ConfidentialClientApplication } from '@azure/msal-node';
import { Client } from '@microsoft/microsoft-graph-client';

const env = process.env;
const [library, kind] = (process.argv[2] ?? '').split('-');
assert(['identity', 'msal'].includes(library) && ['secret', 'certificate'].includes(kind), 'which flow?');
const tenant = env.ENTRA_TENANT_ID;
const authority = env.ENTRA_AUTHORITY_HOST.replace(/\/$/, '');
const graphScope = 'https://graph.microsoft.com/.default';
const scope = env.IHCE_SANDBOX_SCOPE;
const apiAppId = scope.replace('api://', '').replace('/.default', '');

// signer is a function from scope to token, for one credential.
function signer(clientId, { secret, pem }) {
  if (library === 'identity') {
    const options = { authorityHost: authority, disableInstanceDiscovery: true };
    const credential = pem
      ? new ClientCertificateCredential(tenant, clientId, { certificatePath: pem }, options)
      : new ClientSecretCredential(tenant, clientId, secret, options);
    return async (wanted) => (await credential.getToken(wanted)).token;
  }
  const auth = { clientId, authority: `${authority}/${tenant}`, knownAuthorities: [new URL(authority).host] };
  if (pem) {
    const text = fs.readFileSync(pem, 'utf8');
    const certificate = new crypto.X509Certificate(text);
    auth.clientCertificate = {
      thumbprintSha256: certificate.fingerprint256.replaceAll(':', ''),
      privateKey: crypto.createPrivateKey(text).export({ type: 'pkcs8', format: 'pem' }),
    };
  } else {
    auth.clientSecret = secret;
  }
  const app = new ConfidentialClientApplication({ auth });
  return async (wanted) => (await app.acquireTokenByClientCredential({ scopes: [wanted] })).accessToken;
}

function graphWith(sign) {
  const base = new URL(env.ENTRA_GRAPH_URL);
  return Client.init({
    baseUrl: `${base.origin}/`,
    customHosts: new Set([base.hostname]),
    authProvider: (done) => sign(graphScope).then((t) => done(null, t), (e) => done(e, null)),
  });
}

// settle repeats what the directory refuses while it lags.
async function settle(what, step) {
  for (let tries = 1; ; tries++) {
    try {
      const result = await step();
      console.log(`${what.padEnd(28)} done (try ${tries})`);
      return result;
    } catch (e) {
      if (tries === 300) {
        throw new Error(`${what}: ${e.message}`, { cause: e });
      }
      await new Promise((again) => { setTimeout(again, 20); });
    }
  }
}

async function claimsOf(token) {
  const [header, payload, signature] = token.split('.');
  const { kid, alg } = JSON.parse(Buffer.from(header, 'base64url'));
  assert.equal(alg, 'RS256');
  const { keys } = await (await fetch(`${authority}/${tenant}/discovery/v2.0/keys`)).json();
  const key = crypto.createPublicKey({ key: keys.find((k) => k.kid === kid), format: 'jwk' });
  assert(crypto.verify('RSA-SHA256', Buffer.from(`${header}.${payload}`), key, Buffer.from(signature, 'base64url')), 'signature');
  return JSON.parse(Buffer.from(payload, 'base64url'));
}

async function create(graph, name) {
  const app = await settle('create the application', () => graph.api('/applications').post({ displayName: name, signInAudience: 'AzureADMyOrg' }));
  const sp = await settle('create the principal', () => graph.api('/servicePrincipals').post({ appId: app.appId }));
  return { ...app, sp: sp.id };
}

async function addSecret(graph, id, displayName) {
  const endDateTime = new Date(Date.now() + 90 * 24 * 3600 * 1000).toISOString();
  return graph.api(`/applications/${id}/addPassword`).post({ passwordCredential: { displayName, endDateTime } });
}

function grant(graph, principalId, resourceId, appRoleId) {
  return graph.api(`/servicePrincipals/${resourceId}/appRoleAssignedTo`).post({ principalId, resourceId, appRoleId });
}

// provisioner is the Graph client of an application that may create and grant.
async function provisioner() {
  const sign = signer(env.ENTRA_CLIENT_ID, { secret: env.ENTRA_CLIENT_SECRET });
  const admin = graphWith(sign);
  if (kind === 'secret') {
    return admin;
  }
  const app = await create(admin, 'node by certificate');
  const key = new crypto.X509Certificate(fs.readFileSync(env.CLIENT_PEM)).raw.toString('base64');
  await settle('certificate', () => admin.api(`/applications/${app.id}`).patch({ keyCredentials: [{ type: 'AsymmetricX509Cert', usage: 'Verify', key }] }));
  const microsoft = await settle("Graph's roles", () => admin.api("/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')").get());
  const wanted = ['Application.ReadWrite.OwnedBy', 'Application.Read.All', 'AppRoleAssignment.ReadWrite.All'];
  for (const role of microsoft.appRoles.filter((r) => wanted.includes(r.value))) {
    await settle(role.value, () => grant(admin, app.sp, microsoft.id, role.id));
  }
  const own = await settle('the permissions show', async () => {
    const fresh = signer(app.appId, { pem: env.CLIENT_PEM });
    assert.equal((await claimsOf(await fresh(graphScope))).roles?.length, wanted.length);
    return fresh;
  });
  return graphWith(own);
}

const graph = await provisioner();
const api = await settle('find the API', () => graph.api(`/servicePrincipals(appId='${apiAppId}')`).select('id,appRoles').get());
const app = await create(graph, `node ${library} ${kind}`);
const first = await settle('add a secret', () => addSecret(graph, app.id, 'first'));
await settle('grant a role', () => grant(graph, app.sp, api.id, api.appRoles[0].id));

async function signsIn(secret) {
  const claims = await claimsOf(await signer(app.appId, { secret })(scope));
  assert.deepEqual(claims.roles, [api.appRoles[0].value]);
  assert.deepEqual([claims.aud, claims.azp, claims.oid, claims.tid, claims.ver], [apiAppId, app.appId, app.sp, tenant, '2.0']);
}
await settle('the token holds the role', () => signsIn(first.secretText));
const second = await settle('add a second secret', () => addSecret(graph, app.id, 'second'));
await settle('the second signs in', () => signsIn(second.secretText));
await settle('remove the first', () => graph.api(`/applications/${app.id}/removePassword`).post({ keyId: first.keyId }));
await settle('the first is refused', () => assert.rejects(signer(app.appId, { secret: first.secretText })(scope), /AADSTS7000215/));
await settle('delete the application', () => graph.api(`/applications/${app.id}`).delete());
await settle('it is gone', () => assert.rejects(graph.api(`/applications/${app.id}`).get(), (e) => e.statusCode === 404));
await settle('its secret is refused', () => assert.rejects(signer(app.appId, { secret: second.secretText })(scope), /AADSTS/));

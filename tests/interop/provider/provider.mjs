// A certified OpenID Provider from npm, configured like Clever: HTTP Basic only, RS256, codes that are valid for a minute.
//
//     node provider.mjs CLIENT_ID SECRET REDIRECT_URI
//
// Prints its issuer. It signs every browser in as `ada` without a page. `POST /_rotate` rotates its key while it runs.
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';
import Provider from 'oidc-provider';

const [clientId, clientSecret, redirectUri] = process.argv.slice(2);
const ADA = { given_name: 'Ada', family_name: 'Ashworth', user_type: 'student', district: '53ee4b8a44abc88c1c00119b' };

function key() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: randomBytes(8).toString('hex'), use: 'sig', alg: 'RS256' };
}

function configuration() {
  return {
    clients: [{
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirectUri],
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
    }],
    jwks: { keys: [key()] },
    cookies: { keys: [randomBytes(16).toString('hex')] },
    clientAuthMethods: ['client_secret_basic'],
    conformIdTokenClaims: false,
    claims: { openid: ['sub', ...Object.keys(ADA)] },
    pkce: { required: () => false },
    ttl: { AuthorizationCode: 60, IdToken: 3600, AccessToken: 86400, Grant: 86400, Interaction: 600, Session: 7200 },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/_sign_in/${interaction.uid}` },
    findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, ...ADA }) }),
    async loadExistingGrant(context) {
      const { provider } = context.oidc;
      const grant = new provider.Grant({ accountId: context.oidc.session.accountId, clientId });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
  };
}

let provider;
let handle;
let issuer;

function renew() {
  provider = new Provider(issuer, configuration());
  handle = provider.callback();
}

const server = createServer(async (request, response) => {
  if (request.method === 'POST' && request.url === '/_rotate') {
    renew();
    response.writeHead(204).end();
  } else if (request.url.startsWith('/_sign_in/')) {
    await provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
  } else {
    handle(request, response);
  }
});

server.listen(0, '127.0.0.1', () => {
  issuer = `http://127.0.0.1:${server.address().port}`;
  renew();
  console.log(issuer);
});
// The program that started this one has ended.
process.stdin.on('end', () => process.exit(0)).resume();

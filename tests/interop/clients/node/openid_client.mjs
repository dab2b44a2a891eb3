// A site with npm's openid-client, version 6.
import * as client from 'openid-client';
import { clever, clientId, clientSecret, redirect, serve, url } from './site.mjs';

// The base URL, and the permission to use it without TLS. For Clever itself, only these lines differ.
const issuer = new URL(clever);
const overPlainHttp = { execute: [client.allowInsecureRequests] };

const configuration = await client.discovery(
  issuer, clientId, undefined, client.ClientSecretBasic(clientSecret), overPlainHttp,
);

function login(request, response) {
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  Object.assign(request.session, { state, nonce });
  const parameters = { redirect_uri: `${url}/callback`, scope: 'openid', state, nonce };
  redirect(response, client.buildAuthorizationUrl(configuration, parameters).href);
}

async function callback(request, response) {
  const { state, nonce } = request.session;
  const checks = { expectedState: state, expectedNonce: nonce };
  const tokens = await client.authorizationCodeGrant(configuration, new URL(request.url, url), checks);
  const claims = tokens.claims();
  const subject = claims?.sub ?? client.skipSubjectCheck;
  const userinfo = await client.fetchUserInfo(configuration, tokens.access_token, subject);
  request.session.person = { claims, userinfo };
  redirect(response, '/');
}

serve({ '/login': login, '/callback': callback });

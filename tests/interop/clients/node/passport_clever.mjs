// A site with npm's passport-clever, as its README shows it.
//
//     node passport_clever.mjs [--base64] [--own-profile]
//
// `--base64` defines the global variable that the package uses but does not define, from the package's own dependency.
// `--own-profile` lets the site fetch the profile, which the package would fetch from version 2.1 of the API.
import http from 'node:http';
import https from 'node:https';
import process from 'node:process';
import { Base64 } from 'js-base64';
import passport from 'passport';
import CleverStrategy from 'passport-clever';
import { clever, clientId, clientSecret, redirect, serve, url } from './site.mjs';

const ownProfile = process.argv.includes('--own-profile');
if (process.argv.includes('--base64')) globalThis.Base64 = Base64;

// The base URLs: two are options of the package. The third one is fixed in its code, so it is replaced in each request. For
// Clever itself, only these lines differ.
const baseUrls = { authorizationURL: `${clever}/oauth/authorize`, tokenURL: `${clever}/oauth/tokens` };
https.request = (options, ...others) => {
  if (options.hostname !== 'api.clever.com') throw new Error(`no request to ${options.hostname} is expected`);
  const { hostname, port } = new URL(clever);
  return http.request({ ...options, protocol: 'http:', host: hostname, hostname, port, agent: undefined }, ...others);
};

const options = { clientID: clientId, clientSecret, callbackURL: `${url}/callback`, skipUserProfile: ownProfile };
passport.use(new CleverStrategy({ ...options, ...baseUrls }, async (accessToken, _, profile, done) => {
  if (!ownProfile) return done(null, profile);
  const answer = await fetch(`${clever}/v3.0/me`, { headers: { Authorization: `Bearer ${accessToken}` } });
  return done(null, (await answer.json()).data);
}));

function authenticate(request, response) {
  return new Promise((resolve, reject) => {
    response.on('finish', resolve);
    passport.authenticate('clever', { session: false })(request, response, (error) => {
      if (error) return reject(error);
      request.session.person = request.user;
      return redirect(response, '/');
    });
  });
}

serve({ '/login': authenticate, '/callback': authenticate });

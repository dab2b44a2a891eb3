// Shared by the Node sites: settings, a session for each browser, and a server on the inherited socket.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import process from 'node:process';

export const clever = process.env.CLEVER_BASE_URL;
export const clientId = process.env.CLEVER_CLIENT_ID;
export const clientSecret = process.env.CLEVER_CLIENT_SECRET;
export const url = process.env.APP_URL;

const sessions = new Map();

function sessionOf(request, response) {
  let id = /session=([^;]*)/.exec(request.headers.cookie ?? '')?.[1];
  if (!sessions.has(id)) {
    id = randomUUID();
    sessions.set(id, {});
    response.setHeader('Set-Cookie', `session=${id}; HttpOnly; Path=/; SameSite=Lax`);
  }
  return sessions.get(id);
}

export function redirect(response, location) {
  response.writeHead(302, { Location: location }).end();
}

export function show(response, status, value) {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value));
}

// `pages` has a handler for each path; the front page shows who is logged in.
export function serve(pages) {
  const front = (request, response) => show(response, 200, request.session.person ?? null);
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, url);
    request.query = Object.fromEntries(searchParams);
    request.session = sessionOf(request, response);
    try {
      await ({ '/': front, ...pages })[pathname](request, response);
    } catch (error) {
      show(response, 500, { error: error.code ?? error.name, message: error.message });
    }
  });
  server.listen({ fd: Number(process.env.APP_LISTENER) });
  // The program that started this one has ended.
  process.stdin.on('end', () => process.exit(0)).resume();
}

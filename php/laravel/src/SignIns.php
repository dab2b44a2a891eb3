<?php

/** What the session keeps of a sign-in, and when it ends. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\BrowserReply;
use CleverSso\SessionIdentity;
use CleverSso\SetCookie;
use CleverSso\SignedIn;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\Factory as Guards;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** @internal */
final class SignIns
{
    /** Under this key of the session. */
    private const KEY = '_clever_sso';
    /**
     * How long, in seconds, a session may serve further sign-ins of the same person: tabs that are restored together. Its id is
     * that new, and was made by a sign-in.
     */
    private const SAME_SECONDS = 60;

    /** @var \WeakMap<Request, list<SetCookie>> */
    private \WeakMap $cookies;

    public function __construct(private readonly Guards $guards, private readonly Settings $settings)
    {
        $this->cookies = new \WeakMap();
    }

    /** Who is signed in with Clever; null for anybody else. */
    public function identity(Request $request): ?SessionIdentity
    {
        $kept = $this->kept($request);
        return $kept !== null && $this->guard()->check() ? $kept['identity'] : null;
    }

    /** @return array{signed_in_at: int, began_at: int, identity: SessionIdentity}|null What the session of this browser keeps. */
    public function kept(Request $request): ?array
    {
        $kept = $request->hasSession() ? $request->session()->get(self::KEY) : null;
        $identity = SessionIdentity::fromArray($kept['identity'] ?? null);
        return $identity === null || !isset($kept['signed_in_at'], $kept['began_at']) ? null : ['identity' => $identity] + $kept;
    }

    /** Ends a session whose time has come. Whether there is a sign-in in it then. */
    public function isThere(Request $request): bool
    {
        $kept = $this->kept($request);
        if ($kept !== null && time() - $kept['signed_in_at'] >= $this->settings->get('session_seconds')) {
            $this->end($request);
            return false;
        }
        return $kept !== null;
    }

    /**
     * Makes room for a new sign-in: nothing of the session before is carried over, and its id is given up. Only where the same
     * person signed in within this minute, the id stays.
     */
    public function replace(Request $request, SignedIn $signedIn): void
    {
        $kept = $this->kept($request);
        $isSame = $kept !== null && $kept['identity']->issuer === $signedIn->identity->issuer
            && $kept['identity']->id === $signedIn->identity->id;
        if (!$isSame || time() - $kept['began_at'] >= self::SAME_SECONDS || !$this->guard()->check()) {
            $this->end($request);
            return;
        }
        $session = $request->session();
        foreach (array_keys($session->all()) as $name) {
            // Who is signed in, and the token of forms that other tabs show.
            if (!in_array($name, [self::KEY, '_token', $this->guard()->getName()], true)) {
                $session->forget($name);
            }
        }
    }

    /** Signs a person in, and remembers who it is at Clever. Laravel gives the session a new id, and tells its Login event. */
    public function begin(Request $request, SignedIn $signedIn, Authenticatable $user): void
    {
        $kept = $this->kept($request);
        $request->session()->put(self::KEY, [
            'signed_in_at' => time(),
            // Signing in again and again keeps no id for longer.
            'began_at' => $kept['began_at'] ?? time(),
            'identity' => SessionIdentity::of($signedIn->identity)->toArray(),
        ]);
        // Another tab of the same person: the guard has them already.
        if ($kept === null || $this->guard()->id() !== $user->getAuthIdentifier()) {
            $this->guard()->login($user);
        }
    }

    /** Ends the session of this browser. Laravel tells its Logout event if somebody was signed in. */
    public function end(Request $request): void
    {
        if ($this->guard()->check()) {
            $this->guard()->logout();
        }
        $request->session()->invalidate();
        $request->session()->regenerateToken();
    }

    /** Does to the browser what a reply says, and gives the response. */
    public function settle(Request $request, BrowserReply $reply): Response
    {
        if ($reply->endsSession && $request->hasSession()) {
            $this->end($request);
        }
        $this->addCookies($request, $reply->cookies);
        return $reply->toHttpFoundation();
    }

    /** @param list<SetCookie> $cookies To set with the answer, whatever it is. */
    public function addCookies(Request $request, array $cookies): void
    {
        $this->cookies[$request] = [...$this->cookies[$request] ?? [], ...$cookies];
    }

    /** Sets them at last: Laravel would encrypt them before. */
    public function send(Request $request, Response $response): void
    {
        foreach ($this->cookies[$request] ?? [] as $cookie) {
            $response->headers->set('Set-Cookie', $cookie->header, false);
            $response->headers->set('Cache-Control', 'no-store');
        }
    }

    /** @return \Illuminate\Auth\SessionGuard */
    private function guard(): object
    {
        return $this->guards->guard($this->settings->guard());
    }
}

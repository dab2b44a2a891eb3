<?php

/** Stores a sign-in in the session, and ends it when it expires. */

declare(strict_types=1);

namespace CleverSso\Laravel;

use CleverSso\BrowserReply;
use CleverSso\SessionIdentity;
use CleverSso\SetCookie;
use CleverSso\SignedIn;
use Illuminate\Contracts\Auth\Authenticatable;
use Illuminate\Contracts\Auth\Factory as Guards;
use Illuminate\Contracts\Cookie\QueueingFactory as CookieJar;
use Illuminate\Http\Request;
use Symfony\Component\HttpFoundation\Response;

/** @internal */
final class SignIns
{
    /** The key in the session. */
    private const KEY = '_clever_sso';
    /**
     * How many seconds a session can be used for more sign-ins of the same person, such as tabs that are restored
     * together. Its id is new then, and was made by a sign-in.
     */
    private const SAME_SECONDS = 60;
    /** The "remember me" cookie of a Laravel guard. */
    private const REMEMBERS = '/^remember_[\w-]+_[0-9a-f]{40}$/D';

    /** @var \WeakMap<Request, list<SetCookie>> */
    private \WeakMap $cookies;
    /** @var \WeakMap<Request, SignedIn> The person that Clever confirmed, if the application signs people in itself (Socialite). */
    private \WeakMap $proven;
    /** @var \WeakMap<Request, true> Requests in which the application signed the person in. */
    private \WeakMap $used;
    /** @var \WeakMap<Request, true> Requests whose session could not be ended: the browser must not keep it. */
    private \WeakMap $stuck;

    public function __construct(
        private readonly Guards $guards,
        private readonly Settings $settings,
        private readonly CookieJar $cookieJar,
    ) {
        $this->cookies = new \WeakMap();
        $this->proven = new \WeakMap();
        $this->used = new \WeakMap();
        $this->stuck = new \WeakMap();
    }

    /** Who is signed in with Clever; null for others. */
    public function identity(Request $request): ?SessionIdentity
    {
        $kept = $this->kept($request);
        return $kept !== null && $this->isSignedIn($kept) ? $kept['identity'] : null;
    }

    /**
     * The sign-in in the session of this browser, if it has not expired; null otherwise.
     *
     * @return array{signed_in_at: int, began_at: int, user: string, identity: SessionIdentity}|null
     */
    public function kept(Request $request): ?array
    {
        $kept = $this->stored($request);
        return $kept === null || $this->isOver($kept) ? null : $kept;
    }

    /** Ends an expired session. Returns whether a valid sign-in is left. */
    public function isThere(Request $request): bool
    {
        $kept = $this->stored($request);
        if ($kept !== null && $this->isOver($kept)) {
            $this->end($request);
            return false;
        }
        return $kept !== null;
    }

    /**
     * Prepares the session for a new sign-in: its old data is deleted, and it gets a new id. It keeps its id only if
     * the same person signed in within the last minute.
     */
    public function replace(Request $request, SignedIn $signedIn): void
    {
        $kept = $this->kept($request);
        $isSame = $kept !== null && $kept['identity']->issuer === $signedIn->identity->issuer
            && $kept['identity']->id === $signedIn->identity->id;
        if (!$isSame || time() - $kept['began_at'] >= self::SAME_SECONDS || !$this->isSignedIn($kept)) {
            $this->end($request);
            return;
        }
        $session = $request->session();
        // PHP turns a key such as "7" into a number.
        foreach (array_map(strval(...), array_keys($session->all())) as $name) {
            // Keep the signed-in person, and the CSRF token of forms in other tabs.
            if (!in_array($name, [self::KEY, '_token', $this->guard()->getName()], true)) {
                $session->forget($name);
            }
        }
    }

    /** Signs a person in, and stores their identity at Clever. Laravel gives the session a new id, and sends its Login event. */
    public function begin(Request $request, SignedIn $signedIn, Authenticatable $user): void
    {
        $kept = $this->kept($request);
        $this->store($request, $signedIn, $user, $kept['began_at'] ?? time());
        // Another tab of the same person: the guard already knows them.
        if ($kept === null || $this->guard()->id() !== $user->getAuthIdentifier()) {
            $this->guard()->login($user);
        }
    }

    /** Records that Clever confirmed a person. The application decides who is signed in before it responds to this request. */
    public function prove(Request $request, SignedIn $signedIn): void
    {
        $this->proven[$request] = $signedIn;
    }

    /** The person that Clever confirmed in this request, for Socialite; null in any other request. */
    public function proven(Request $request): ?SignedIn
    {
        return $this->proven[$request] ?? null;
    }

    /** The same, until the application signs someone in. */
    public function notUsed(Request $request): ?SignedIn
    {
        return isset($this->used[$request]) ? null : $this->proven($request);
    }

    /** The application signed a person in. After a login with Clever, that is the person that Clever confirmed. */
    public function loggedIn(Request $request, string $guard, Authenticatable $user): void
    {
        $signedIn = $this->notUsed($request);
        if ($signedIn !== null && $guard === $this->settings->guard()) {
            $this->store($request, $signedIn, $user, time());
            $this->addCookies($request, $signedIn->setCookies);
            $this->used[$request] = true;
        }
    }

    /**
     * Ends the session of this browser, for every guard. Laravel dispatches its Logout event if a person was signed in.
     * It also deletes every "remember me" cookie, because the next person may use the same device.
     */
    public function end(Request $request): void
    {
        $this->stuck[$request] = true;
        foreach (array_keys($request->cookies->all()) as $name) {
            if (preg_match(self::REMEMBERS, (string) $name) === 1) {
                $this->cookieJar->queue($this->cookieJar->forget($name));
            }
        }
        // The application may listen to the logout and throw, and so may the session store.
        try {
            if ($this->guard()->check()) {
                $this->guard()->logout();
            }
        } finally {
            $request->session()->invalidate();
        }
        $request->session()->regenerateToken();
        unset($this->stuck[$request]);
    }

    /** The application logged a person out in its own way. A later login in this session is not a login with Clever. */
    public function loggedOut(Request $request, string $guard): void
    {
        if ($guard === $this->settings->guard() && $request->hasSession()) {
            $request->session()->forget(self::KEY);
        }
    }

    /** Carries out a reply, and returns the response. */
    public function settle(Request $request, BrowserReply $reply): Response
    {
        if ($reply->endsSession && $request->hasSession()) {
            $this->end($request);
        }
        $this->addCookies($request, $reply->cookies);
        return $reply->toHttpFoundation();
    }

    /** @param list<SetCookie> $cookies To set with the response, whatever it is. */
    public function addCookies(Request $request, array $cookies): void
    {
        $this->cookies[$request] = [...$this->cookies[$request] ?? [], ...$cookies];
    }

    /** Sets these cookies. */
    public function send(Request $request, Response $response): void
    {
        foreach ($this->cookies[$request] ?? [] as $cookie) {
            $response->headers->set('Set-Cookie', $cookie->header, false);
            $response->headers->set('Cache-Control', 'no-store');
        }
        if (isset($this->stuck[$request])) {
            [$name, $path, $domain, $secure] = $this->settings->sessionCookie();
            $response->headers->removeCookie($name, $path, $domain);
            $response->headers->clearCookie($name, $path, $domain, $secure || $request->isSecure(), true);
        }
    }

    private function store(Request $request, SignedIn $signedIn, Authenticatable $user, int $beganAt): void
    {
        $request->session()->put(self::KEY, [
            'signed_in_at' => time(),
            // Signing in again and again does not extend this time.
            'began_at' => $beganAt,
            'user' => $this->nameOf($user->getAuthIdentifier()),
            'identity' => SessionIdentity::of($signedIn->identity)->toArray(),
        ]);
    }

    /** @return array{signed_in_at: int, began_at: int, user: string, identity: SessionIdentity}|null */
    private function stored(Request $request): ?array
    {
        $kept = $request->hasSession() ? $request->session()->get(self::KEY) : null;
        $identity = SessionIdentity::fromArray($kept['identity'] ?? null);
        $isWhole = isset($kept['signed_in_at'], $kept['began_at'], $kept['user']);
        return $identity === null || !$isWhole ? null : ['identity' => $identity] + $kept;
    }

    /** @param array{signed_in_at: int} $kept */
    private function isOver(array $kept): bool
    {
        return time() - $kept['signed_in_at'] >= $this->settings->get('session_seconds');
    }

    /**
     * Whether the guard's user is the one of this sign-in, and not one who logged in another way later, such as by
     * password or impersonation.
     *
     * @param array{user: string} $kept
     */
    private function isSignedIn(array $kept): bool
    {
        return $this->guard()->check() && $this->nameOf($this->guard()->id()) === $kept['user'];
    }

    /** The id of a user of the guard, as a string. */
    private function nameOf(mixed $identifier): string
    {
        return "{$this->settings->guard()} {$identifier}";
    }

    /** @return \Illuminate\Auth\SessionGuard */
    private function guard(): object
    {
        return $this->guards->guard($this->settings->guard());
    }
}

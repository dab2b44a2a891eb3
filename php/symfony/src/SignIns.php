<?php

/** Stores a sign-in in the session, and ends it when it expires. */

declare(strict_types=1);

namespace CleverSso\Symfony;

use CleverSso\BrowserReply;
use CleverSso\SessionIdentity;
use CleverSso\SignedIn;
use Symfony\Component\HttpFoundation\Request;
use Symfony\Component\HttpFoundation\Response;
use Symfony\Component\Security\Core\Authentication\Token\TokenInterface;

/** @internal */
final class SignIns
{
    /** The attribute of the token with the result of SessionIdentity::toArray. */
    public const IDENTITY = 'clever_sso';
    /** The key in the session. */
    private const KEY = '_clever_sso';
    /**
     * How many seconds a session can be used for more sign-ins of the same person, such as tabs that are restored together. Its
     * id is new then, and was made by a sign-in.
     */
    private const SAME_SECONDS = 60;

    /** @var \WeakMap<Request, SignIn> Not in the attributes of the request, because the profiler shows and stores those. */
    private \WeakMap $ofRequests;

    public function __construct(private readonly int $seconds)
    {
        $this->ofRequests = new \WeakMap();
    }

    /** The step of a login that this request makes. */
    public function of(Request $request): SignIn
    {
        return $this->ofRequests[$request] ??= new SignIn();
    }

    /** Who is signed in with Clever; null for others. */
    public static function identityOf(?TokenInterface $token): ?SessionIdentity
    {
        return $token !== null && $token->hasAttribute(self::IDENTITY)
            ? SessionIdentity::fromArray($token->getAttribute(self::IDENTITY))
            : null;
    }

    /** Whether the session of this browser has a sign-in. An expired session ends. */
    public function isThere(Request $request): bool
    {
        $kept = $this->kept($request);
        if ($kept !== null && time() - $kept['signed_in_at'] >= $this->seconds) {
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
        $user = [$signedIn->identity->issuer, $signedIn->identity->id];
        if ($kept === null || $kept['user'] !== $user || time() - $kept['began_at'] >= self::SAME_SECONDS) {
            $this->end($request);
            return;
        }
        $session = $request->getSession();
        // PHP turns a key such as "7" into a number.
        foreach (array_map(strval(...), array_keys($session->all())) as $name) {
            // Keep who is signed in, and the CSRF tokens of forms in other tabs.
            if (!str_starts_with($name, '_security_') && !str_starts_with($name, '_csrf') && $name !== self::KEY) {
                $session->remove($name);
            }
        }
    }

    /** Stores a sign-in in the session. */
    public function keep(Request $request, SignedIn $signedIn): void
    {
        $request->getSession()->set(self::KEY, [
            'signed_in_at' => time(),
            // Signing in again and again does not extend this time.
            'began_at' => $this->kept($request)['began_at'] ?? time(),
            'user' => [$signedIn->identity->issuer, $signedIn->identity->id],
        ]);
    }

    /** Ends the session of this browser, if it has one. */
    public function end(Request $request): void
    {
        if ($request->hasSession() && $request->hasPreviousSession()) {
            // The session store may fail.
            $this->of($request)->isStuck = true;
            $request->getSession()->invalidate();
            $this->of($request)->isStuck = false;
        }
    }

    /** Carries out a reply, and returns the response. */
    public function settle(Request $request, BrowserReply $reply): Response
    {
        if ($reply->endsSession) {
            $this->end($request);
        }
        $this->of($request)->add($reply->cookies);
        $this->of($request)->outcome = $reply->outcome;
        return $reply->toHttpFoundation();
    }

    /** @return array{signed_in_at: int, began_at: int, user: array{string, string}}|null */
    private function kept(Request $request): ?array
    {
        if (!$request->hasSession() || !$request->hasPreviousSession() || $request->attributes->get('_stateless') === true) {
            return null;
        }
        $kept = $request->getSession()->get(self::KEY);
        return is_array($kept) && isset($kept['signed_in_at'], $kept['began_at'], $kept['user']) ? $kept : null;
    }
}
